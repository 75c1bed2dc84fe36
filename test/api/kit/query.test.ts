import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valuesByName } from '../../../src/api/kit/query.ts';

describe('a query', () => {
  it.each([
    ['', []],
    [
      'limit=50&limit=7&serial=',
      [
        ['limit', ['50', '7']],
        ['serial', ['']],
      ],
    ],
    [
      '&&a&=b&c==d',
      [
        ['a', ['']],
        ['', ['b']],
        ['c', ['=d']],
      ],
    ],
    ['name=a%20b+c', [['name', ['a b c']]]],
  ] as const)('of %j gives %j', (query, values) => {
    expect([...valuesByName(query)]).toEqual(values);
  });

  it('is read as URLSearchParams reads it', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      'limit',
      '=',
      '&',
      '&&',
      '%',
      '%2',
      '%41',
      '+',
      '?',
      '/',
      ',',
      '1',
      '%C3',
      '%C3%A9',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const query = pieces.join('');
        const expected = [...Map.groupBy(new URLSearchParams(`&${query}`), ([name]) => name)].map(
          ([name, pairs]) => [name, pairs.map(([, value]) => value)],
        );
        expect([...valuesByName(query)]).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
