import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { families } from '../../src/api/index.ts';
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
      expect(Object.keys(schema).length > 0, 'a schema of the body').toBe(operation.requestBody.required);
    }
    for (const parameter of operation.parameters ?? []) {
      expect(Object.keys(parameter.schema).length, `a schema of ${parameter.name}`).toBeGreaterThan(0);
    }
    const { 200: ok, 201: created, ...errors } = operation.responses;
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
      const [{ examples }] = Object.values<Json>(resolve(reference).content) as [Json];
      expect(Object.keys(examples), `examples of ${status}`).not.toHaveLength(0);
      expect(JSON.stringify(examples)).not.toMatch(/\{\w+\}/);
    }
  });

  it('refers only to what it has', () => {
    const references = [...JSON.stringify(generated).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    expect(references.length).toBeGreaterThan(0);
    for (const $ref of references) expect(resolve({ $ref }), $ref).toBeDefined();
  });
});
