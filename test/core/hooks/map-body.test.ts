import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMapping } from '../../../src/api/tracker/inbound-webhooks/mapping.ts';
import { KINDS } from '../../../src/api/wire/inbound/kinds.ts';
import { mapBody } from '../../../src/core/hooks/map-body.ts';
import { INBOUND_KINDS } from '../../../src/core/hooks/model.ts';
import { readBody } from '../../../src/core/hooks/read-body.ts';
import { parseBigJson } from '../../../src/lib/big-json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const pointer = fc.constantFrom(
  '',
  '/a',
  '/a/0',
  '/a/b',
  '/~0',
  '/__proto__',
  '/constructor/name',
  '/length',
);
const json = fc.jsonValue({ maxDepth: 4 });
const leaf = fc.oneof(
  pointer,
  fc.record({ pointer }),
  fc.record({ root: pointer }),
  fc.record({ header: fc.constantFrom('x-a', 'X-B', 'host') }),
  fc.record({ const: json }),
);
const source = fc.oneof(
  leaf,
  fc.record({ first: fc.array(leaf, { minLength: 1, maxLength: 3 }) }),
  fc.record({ pointer, values: fc.dictionary(fc.constantFrom('a', 'true', '0', '__proto__'), json) }),
  fc.record({ pointer, default: json }),
);
const condition = fc.oneof(
  fc.record({ pointer, equals: fc.constantFrom('a', 1, true, null) }),
  fc.record({ not: fc.record({ header: fc.constant('x-a'), in: fc.constant(['a', 1]) }) }),
  fc.constant([{ root: '/a', exists: true }]),
);

describe('a mapping and a body of any kind', () => {
  it.each(INBOUND_KINDS)(
    '%s: what is set is run without an error, and what is mapped can be checked',
    (kind) => {
      const { columns, read, maxItems } = KINDS[kind];
      const fields = [...Object.keys(columns), 'properties.x', 'metadata.x.y'];
      let taken = 0;
      fc.assert(
        fc.property(
          fc.dictionary(fc.constantFrom(...fields), source, { maxKeys: 8 }),
          fc.option(pointer, { nil: undefined }),
          fc.option(condition, { nil: undefined }),
          json,
          (columnsOf, items, when, body) => {
            const raw = { ...columnsOf, ...(items !== undefined && { items }), ...(when && { when }) };
            let mapping: ReturnType<typeof toMapping>;
            try {
              mapping = toMapping(raw, kind);
            } catch (error) {
              expect(error).toMatchObject({ name: 'Fault', code: 'invalid_input' });
              // What is run in spite of it must not break either.
              mapping = raw as ReturnType<typeof toMapping>;
            }
            const mapped = mapBody(mapping, columns, body, (name) => (name === 'x-a' ? 'a' : null), maxItems);
            if ('refusal' in mapped) return;
            taken += 1;
            read(
              mapped.items.map((item) => item?.item),
              0,
            );
          },
        ),
        {
          numRuns: 500,
          // Objects that no text can be made of.
          examples: [
            [{ forceStart: { pointer: '', values: { a: { toString: '' } } } }, undefined, undefined, {}],
            [{ forceStart: '/a' }, undefined, undefined, { a: { toString: '' } }],
          ],
        },
      );
      expect(taken).toBeGreaterThan(50);
      expect(({} as Record<string, unknown>).x).toBeUndefined();
    },
  );
});

describe('bodies', () => {
  const read = (body: string | Uint8Array, type: string | null = null) =>
    readBody({ body: typeof body === 'string' ? bytes(body) : body, header: () => type });
  const FORM = 'application/x-www-form-urlencoded';

  it.each([
    ['{"a":1}', null, { a: 1 }],
    ['\ufeff {"a":1}\n', 'text/plain', { a: 1 }],
    ['{"a":1}', FORM, { a: 1 }],
    ['a=1&b=x+y&b=%C3%B1&c=', FORM, { a: '1', b: ['x y', 'ñ'], c: '' }],
    ['payload=%7B%22a%22%3A1%7D&x=1', FORM, { a: 1 }],
    ['payload=7&x=1', FORM, { payload: '7', x: '1' }],
    ['__proto__=1', FORM, JSON.parse('{"__proto__":"1"}')],
    ['a=1', 'text/plain', undefined],
    ['', FORM, undefined],
    ['{"a":', null, undefined],
    [
      '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--X--\r\n',
      'multipart/form-data; boundary=X',
      { a: '1' },
    ],
    ['no part', 'multipart/form-data; boundary=X', undefined],
    ['no boundary', 'multipart/form-data', undefined],
  ])('%j as %s', async (body, type, expected) => {
    expect(await read(body, type)).toEqual(expected);
  });

  it('what is not quite UTF-8 is read with a replacement character', async () => {
    expect(await read(new Uint8Array([...bytes('{"a":"'), 0xc3, ...bytes('"}')]))).toEqual({ a: '\ufffd' });
  });

  it('any bytes are read or not, without an error', async () => {
    const type = fc.constantFrom(null, FORM, 'multipart/form-data; boundary=X', 'application/json');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), type, async (body, contentType) => {
        await read(body, contentType);
      }),
    );
  });
});

describe('integers beyond 2^53', () => {
  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['-12345678901234567890', '-12345678901234567890'],
    ['1.5e300', 1.5e300],
    ['1234567890123456.5', 1234567890123456.5],
    ['"12345678901234567890"', '12345678901234567890'],
    ['[{"id":12345678901234567890}]', [{ id: '12345678901234567890' }]],
  ])('%s', (text, expected) => {
    expect(parseBigJson(text)).toEqual(expected);
  });

  it('all else is as JSON.parse has it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const whole = `[${text},"1234567890123456"]`;
        // As JSON.stringify writes them, without an exponent below 1e21.
        const isBig = (value: unknown) =>
          Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(Number(value)) < 1e21;
        const expected = JSON.parse(whole, (_, value) => (isBig(value) ? String(value) : value));
        expect(parseBigJson(whole)).toEqual(expected);
      }),
    );
  });
});
