import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonPointer, resolveJsonPointer } from '../../src/lib/json-pointer.ts';

// RFC 6901 §5.
const DOCUMENT = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

describe('JSON Pointer', () => {
  it.each([
    ['', DOCUMENT],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('resolves %j as the RFC has it', (pointer, value) => {
    expect(resolveJsonPointer(DOCUMENT, pointer)).toEqual(value);
  });

  it.each([
    '/foo/00',
    '/foo/01',
    '/foo/-',
    '/foo/-1',
    '/foo/2',
    '/foo/1.0',
    '/foo/1e0',
    '/foo/length',
    '/foo/0/length',
    '/foo/0/0',
    '/toString',
    '/constructor/name',
    '/__proto__',
    '/foo/__proto__/length',
    '/nothing/at/all',
    '/m~2n',
    'foo',
    '/m~',
  ])('finds nothing at %j', (pointer) => {
    expect(resolveJsonPointer(DOCUMENT, pointer)).toBeUndefined();
  });

  it('finds an own member of any name, __proto__ included', () => {
    expect(resolveJsonPointer(JSON.parse('{"__proto__":{"x":1}}'), '/__proto__/x')).toBe(1);
  });

  it.each(['foo', '/~', '/~2', '/a~', '#/foo'])('%j is no pointer', (text) => {
    expect(parseJsonPointer(text)).toBeUndefined();
  });

  it('finds all that is there, by any name', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), fc.integer(), (names, value) => {
        const document = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
        // A computed `__proto__` is an own member.
        const pointer = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
        expect(parseJsonPointer(pointer)).toEqual(names);
        expect(resolveJsonPointer(document, pointer)).toBe(value);
      }),
    );
  });
});
