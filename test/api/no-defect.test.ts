/** No input is a defect: nothing that a caller can send is answered by a 500 (issue: `{"serverId":{"toString":1}}`). */
import { describe, expect, it } from 'vitest';
import { families } from '../../src/api/index.ts';
import { docsOf } from '../../src/api/kit/operation.ts';
import { ADMIN_TOKEN, type Harness } from '../harness.ts';
import { NIL, setUp } from '../helpers.ts';

const NASTY: unknown[] = [
  null,
  '',
  ' ',
  'x'.repeat(5000),
  '\0',
  '\ud800',
  -1,
  1.5,
  1e300,
  true,
  [],
  [[]],
  [null],
  {},
  { toString: 1 },
  { valueOf: null, toString: null },
  { length: 3 },
  { constructor: { prototype: 1 } },
];

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The example with each of its fields, however deep, in turn something else. */
function* variants(value: unknown): Generator<unknown> {
  yield* NASTY;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const variant of variants(item)) yield value.with(index, variant);
    }
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) {
      for (const variant of variants(value[name])) yield { ...value, [name]: variant };
    }
  }
}

const operations = families.flatMap((family) =>
  family.operations.map((operation) => [`${operation.method} ${operation.path}`, family, operation] as const),
);

const pathOf = (path: string): string =>
  path.replace('{serverId}', '1').replaceAll(/\{\w+\}/g, path.startsWith('/api/v1') ? '1' : NIL);

/** The status of the answer. The harness throws where a defect was logged. */
const send = async (app: Harness, method: string, path: string, key: string, body?: unknown) =>
  (await app.request(method, path, { key, ...(body !== undefined && { body }) })).status;

describe('no defect', () => {
  it.each(operations)('%s', async (_, family, operation) => {
    const { app, key } = await setUp();
    const credential = operation.access === 'operator' ? ADMIN_TOKEN : key;
    const { method } = operation;
    const path = pathOf(operation.path);
    if (operation.body && operation.bodyEncoding !== 'form') {
      const example = docsOf(operation).bodyExample;
      for (const variant of variants(family.keyInBody ? { ...(example as Json), key } : example)) {
        const text = JSON.stringify(variant);
        expect(await send(app, method, path, credential, text), text).toBeLessThan(500);
      }
    }
    const values = ['', ' ', '%00', '%ff', '%ed%a0%80', '-1', '1e400', 'null', '[]', 'x'.repeat(3000), "'"];
    const names = Object.keys((operation.query as { entries?: object } | undefined)?.entries ?? {});
    for (const value of values) {
      if (method === 'DELETE' && names.length === 0) break;
      for (const name of names) {
        expect(await send(app, method, `${path}?${name}=${value}`, credential)).toBeLessThan(500);
      }
    }
    for (const value of values.filter((each) => each.trim() !== '')) {
      const at = operation.path.replaceAll(/\{\w+\}/g, value);
      if (at !== operation.path) {
        expect(await send(app, method, at, credential, operation.body && '{}')).toBeLessThan(500);
      }
    }
  });
});
