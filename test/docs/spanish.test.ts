import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { families } from '../../src/api/index.ts';
import { SPANISH } from '../../src/docs/es.ts';
import { buildOpenApi } from '../../src/docs/openapi.ts';
import { adviceOf, translate } from '../../src/docs/spanish.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test looks at the document as it is.
type Json = any;

const english: Json = JSON.parse(JSON.stringify(buildOpenApi(families, packageJson.version)));
const translated = translate(english);
const spanish: Json = translated.document;

/** Everything that is neither a text for people nor an example of one. */
const bones = (node: Json): Json => {
  if (Array.isArray(node)) return node.map(bones);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries<Json>(node)
      .filter(([key, value]) => !(['summary', 'description'].includes(key) && typeof value === 'string'))
      .filter(([key]) => key !== 'x-displayName' && key !== 'account-activity:read')
      .map(([key, value]) => [key, bones(value)]),
  );
};

describe('the OpenAPI document in Spanish', () => {
  it('has every text, and the catalogue has no other', () => {
    expect(adviceOf(translated)).toBe('');
  });

  it('would name what is missing, where it stands and where to write it', () => {
    const changed = structuredClone(english);
    changed.paths['/v2/community/servers'].get.summary = 'List all the servers';
    changed.components.schemas.Brand = { type: 'object', properties: { new: { description: 'Brand new.' } } };
    const { missing, unused } = translate(changed);
    expect(missing).toEqual([
      { english: 'Brand new.', where: 'components.schemas.Brand.properties.new.description' },
      { english: 'List all the servers', where: 'listServers (GET /v2/community/servers), summary' },
    ]);
    expect(unused).toEqual(['List the servers']);
    expect(adviceOf({ document: {}, missing: missing.slice(1), unused: [] })).toBe(
      'src/docs/es.ts lacks the Spanish of listServers (GET /v2/community/servers), summary. Add to SPANISH:\n' +
        '  "List all the servers":\n    \'...\',',
    );
  });

  it('says the same of the same: only texts differ', () => {
    const { examples, ...components } = spanish.components;
    const { examples: englishExamples, ...englishComponents } = english.components;
    expect(bones({ ...spanish, components })).toEqual(bones({ ...english, components: englishComponents }));
    expect(Object.keys(examples)).toEqual(Object.keys(englishExamples));
    expect(spanish.paths['/v2/community/servers'].get).toMatchObject({
      operationId: 'listServers',
      summary: 'Listar los servidores',
    });
    expect(spanish.webhooks['session.started'].post.summary).toBe('Recibir session.started');
    expect(spanish.tags[0]).toMatchObject({
      name: 'Activity Tracker',
      'x-displayName': 'Seguimiento de actividad',
    });
  });

  it('shows errors as the API answers them in Spanish', () => {
    expect(spanish.components.examples['tracker.unauthenticated'].value.detail).toBe(
      'Se necesita una credencial válida: una clave de API o un token de acceso.',
    );
    expect(spanish.components.responses['tracker.401'].description).toBe(
      'Se necesita una credencial válida: una clave de API o un token de acceso.',
    );
    const texts = JSON.stringify(spanish.components.responses);
    expect(texts).not.toMatch(/[^`]\{\w+\}/);
  });

  it('keeps what is between backquotes: names are not translated', () => {
    const names = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name).sort();
    for (const [text, translation] of Object.entries(SPANISH)) {
      expect([...new Set(names(translation))], text).toEqual(
        expect.arrayContaining([...new Set(names(text))]),
      );
      expect(translation.endsWith('.'), text).toBe(text.endsWith('.'));
    }
  });
});
