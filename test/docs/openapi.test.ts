import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { families } from '../../src/api/index.ts';
import { EVENT_TYPES } from '../../src/core/webhooks/model.ts';
import { unexplained } from '../../src/docs/glossary.ts';
import { buildOpenApi } from '../../src/docs/openapi.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test looks at the document as it is.
type Json = any;

const generated: Json = JSON.parse(JSON.stringify(buildOpenApi(families, packageJson.version)));
const operations: [string, Json][] = Object.entries<Json>(generated.paths).flatMap(([path, item]) =>
  Object.entries<Json>(item).map(([method, operation]): [string, Json] => [
    `${method.toUpperCase()} ${path}`,
    operation,
  ]),
);
const resolve = (node: Json): Json =>
  node.$ref
    ? node.$ref
        .slice(2)
        .split('/')
        .reduce((at: Json, key: string) => at[key], generated)
    : node;

describe('the OpenAPI document', () => {
  it('has every operation of every family, each once', () => {
    const routed = families.flatMap((family) => family.operations.map((o) => `${o.method} ${o.path}`));
    expect(operations.map(([name]) => name).sort()).toEqual([...routed, 'GET /healthz'].sort());
    const ids = operations.map(([, operation]) => operation.operationId);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it.each(operations)('%s has a summary, examples and its errors', (name, operation) => {
    expect(operation.summary).toMatch(/^[A-Z].{5,}[^.]$/);
    const body = operation.requestBody?.content;
    for (const { example, schema } of Object.values<Json>(body ?? {})) {
      expect(example, 'an example of the body').toBeDefined();
      expect(Object.keys(schema).length, 'a schema of the body').toBeGreaterThan(0);
    }
    for (const parameter of (operation.parameters ?? []).map(resolve)) {
      expect(Object.keys(parameter.schema).length, `a schema of ${parameter.name}`).toBeGreaterThan(0);
    }
    const { 200: ok, 201: created, 204: _nothing, ...errors } = operation.responses;
    const [success] = Object.values<Json>((ok ?? created).content);
    expect(success.example, 'an example of the answer').toBeDefined();

    const statuses = Object.keys(errors);
    if (name === 'GET /healthz') return expect(statuses).toEqual(['503']);
    const expected = [
      ...(operation.security.length > 0 ? ['401'] : []),
      ...(operation.security.some((scheme: Json) =>
        Object.values<Json>(scheme).some((scopes) => scopes.length > 0),
      )
        ? ['403']
        : []),
      ...(operation.parameters || body ? ['400'] : []),
      ...(body ? ['413'] : []),
      '500',
    ];
    expect(statuses).toEqual(expect.arrayContaining(expected));
    for (const [status, reference] of Object.entries<Json>(errors)) {
      expect(resolve(reference), `${status} is what it was for the others`).toBeDefined();
      const [{ examples }] = Object.values<Json>(resolve(reference).content) as [Json];
      expect(Object.keys(examples), `examples of ${status}`).not.toHaveLength(0);
      expect(JSON.stringify(examples)).not.toMatch(/\{\w+\}/);
    }
  });

  it('explains every parameter and every property', () => {
    // src/docs/glossary.ts has the words.
    expect([...unexplained]).toEqual([]);
    for (const [name, operation] of operations) {
      for (const { name: parameter, description } of (operation.parameters ?? []).map(resolve)) {
        expect(description, `${name} ${parameter}`).toMatch(/^[A-Z].{10,}/);
      }
    }
  });

  it('names what it says often, and stays small', () => {
    expect(Object.keys(generated.components.schemas).length).toBeGreaterThanOrEqual(30);
    expect(JSON.stringify(generated).length).toBeLessThan(500_000);
    expect(JSON.stringify(generated)).not.toContain('"undefined"');
  });

  it('tells whom each operation is for, and which delete', () => {
    for (const [name, operation] of operations) {
      expect(operation.tags, name).toHaveLength(2);
      expect(['Game server', 'Reader', 'Administrator', 'Operator'], name).toContain(operation.tags[1]);
    }
    const marked = operations.filter(([, operation]) => operation['x-destructive']).map(([name]) => name);
    expect(marked).toContain('DELETE /api/v1/activity_log/all');
    expect(marked).toContain('POST /v2/community/accounts/{accountId}/merge');
    expect(marked.filter((name) => name.startsWith('GET') || name.includes('console-session'))).toEqual([]);
    const tags = generated.tags.map(({ name }: Json) => name);
    expect(tags).toEqual(expect.arrayContaining(operations.flatMap(([, operation]) => operation.tags)));
  });

  it('says what is served besides JSON, and with which headers', () => {
    const at = (method: string, path: string) => generated.paths[path][method];
    const list = at('get', '/api/v1/activity_log').responses[200];
    expect(Object.keys(list.content)).toEqual(['application/json', 'text/csv']);
    expect(Object.keys(list.headers)).toEqual(
      expect.arrayContaining(['X-Request-Id', 'Link', 'X-Search-Stopped-At', 'Content-Disposition']),
    );
    const start = at('post', '/v2/community/servers/{serverId}/activity');
    expect(Object.keys(start.responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '409',
      '413',
      '422',
      '429',
      '500',
      '503',
    ]);
    expect(Object.keys(resolve(start.responses[429]).headers)).toContain('Retry-After');
    expect(at('post', '/v2/community/servers/{serverId}/activity/start').requestBody.required).toBe(false);
    expect(at('post', '/v2/community/service-ids/{serviceId}/rotate').requestBody.required).toBe(false);
    expect(start.requestBody.required).toBe(true);
    expect(at('post', '/hooks/{webhookId}').requestBody.required).toBe(true);
    const bring = at('post', '/v2/community/activity/import').requestBody;
    expect([bring.required, Object.keys(bring.content)]).toEqual([true, ['application/json', 'text/csv']]);
    const { sessions } = resolve(bring.content['application/json'].schema).properties;
    expect([sessions.maxItems, sessions.items.required]).toEqual([1000, ['serverId', 'start', 'end']]);
    const append = resolve(at('post', '/api/v1/activity_log').requestBody.content['application/json'].schema);
    expect(append.anyOf.some(({ type }: Json) => type === 'array')).toBe(true);
  });

  it('has OAuth with its token URL, and the events that are sent', () => {
    expect(generated.components.securitySchemes.oauth2.flows.clientCredentials.tokenUrl).toBe('/oauth/token');
    expect(generated.paths['/scr/api/activity'].get.security).toContainEqual({
      oauth2: ['account-activity:read'],
    });
    expect(Object.keys(generated.webhooks)).toEqual([...EVENT_TYPES, 'webhook.test']);
  });

  it('refers only to what it has', () => {
    const references = [...JSON.stringify(generated).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    expect(references.length).toBeGreaterThan(0);
    for (const $ref of references) expect(resolve({ $ref }), $ref).toBeDefined();
  });
});
