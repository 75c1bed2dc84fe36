/** The document, as the tools of others take it: a linter, a validator, and a generated client. */
import '../../src/docs/with-docs.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: a test looks at the document as it is.
type Json = any;

const ROOT = resolve(import.meta.dirname, '../..');
let folder: string;
let document: Json;
let ajv: InstanceType<typeof Ajv.default>;

beforeAll(async () => {
  const { families } = await import('../../src/api/index.ts');
  const { buildOpenApi } = await import('../../src/docs/openapi.ts');
  document = JSON.parse(JSON.stringify(buildOpenApi(families, '0.0.0')));
  folder = mkdtempSync(join(tmpdir(), 'rollcall-openapi-'));
  ajv = new Ajv.default({ strict: false, allErrors: true, validateFormats: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every schema of the document, as a pointer to it, with the examples that stand beside it. */
function* schemasOf(node: Json, pointer = '#'): Generator<[string, unknown[]]> {
  if (typeof node !== 'object' || node === null) return;
  if (node.schema) {
    const named = Object.values<Json>(node.examples ?? {}).map((example) =>
      example.$ref ? at(example.$ref).value : example.value,
    );
    const examples = node.example === undefined ? named : [node.example, ...named];
    yield [`${pointer}/schema`, examples];
  }
  for (const [key, value] of Object.entries<Json>(node)) {
    if (key === 'example' || key === 'examples') continue;
    yield* schemasOf(
      value,
      `${pointer}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`,
    );
  }
}

const at = ($ref: string): Json =>
  $ref
    .slice(2)
    .split('/')
    .reduce((node: Json, key) => node[key.replaceAll('~1', '/')], document);

describe('the OpenAPI document', () => {
  it('is linted without an error or a warning', () => {
    const file = join(folder, 'openapi.json');
    const config = join(folder, 'redocly.yaml');
    writeFileSync(file, JSON.stringify(document));
    // `GET /healthz` has nothing to refuse; a fixed segment comes before a parameter (kit/family.ts).
    const off = ['operation-4xx-response', 'no-ambiguous-paths'].map((rule) => `  ${rule}: off\n`);
    writeFileSync(config, `extends: [recommended]\nrules:\n${off.join('')}`);
    const report = execFileSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/@redocly/cli/bin/cli.js'),
        'lint',
        file,
        '--config',
        config,
        '--format',
        'json',
      ],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      },
    );
    const { totals, problems } = JSON.parse(report);
    const found = problems.map(
      (problem: Json) => `${problem.ruleId}: ${problem.message} ${problem.location[0]?.pointer}`,
    );
    expect([totals.errors, totals.warnings, found]).toEqual([0, 0, []]);
  });

  it('has schemas that a validator compiles (JSON Schema 2020-12), and examples that fit them', () => {
    const schemas = [
      ...schemasOf(document),
      ...Object.keys(document.components.schemas).map((name): [string, unknown[]] => [
        `#/components/schemas/${name}`,
        [],
      ]),
    ];
    expect(schemas.length).toBeGreaterThan(200);
    for (const [pointer, examples] of schemas) {
      const validate = ajv.compile({ $ref: `openapi${pointer}` });
      for (const example of examples) {
        const fits = validate(example);
        expect(fits, `${pointer}: ${JSON.stringify(validate.errors?.slice(0, 3))}`).toBe(true);
      }
    }
  });
});
