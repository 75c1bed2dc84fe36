import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SQL, sql, toQuery } from '../../src/db/sql.ts';

describe('sql', () => {
  it('binds values and nests pieces', () => {
    const piece = (n: number): SQL => sql`n = ${n}`;
    const statement = (a: number, b: string | null) =>
      sql`SELECT ${b} ${sql.raw('FROM t')} WHERE ${piece(a)} OR 1`;
    const text = 'SELECT ? FROM t WHERE n = ? OR 1';
    expect(toQuery(statement(1, 'x'))).toEqual({ sql: text, params: ['x', 1] });
    expect(toQuery(statement(2, null))).toEqual({ sql: text, params: [null, 2] });
  });

  it('joins pieces', () => {
    const list = (values: number[]) =>
      toQuery(
        sql`(${sql.join(
          values.map((value) => sql`${value}`),
          sql`, `,
        )})`,
      );
    expect(list([1])).toEqual({ sql: '(?)', params: [1] });
    expect(list([1, 2, 3])).toEqual({ sql: '(?, ?, ?)', params: [1, 2, 3] });
  });

  /** A tree of pieces, and what it has to become. */
  interface Case {
    readonly part: SQL | number;
    readonly text: string;
    readonly params: readonly number[];
  }

  const one = (a: Case): Case => ({ part: sql`a${a.part}b`, text: `a${a.text}b`, params: a.params });
  const two = (a: Case, b: Case): Case => ({
    part: sql`c${a.part}d${b.part}e`,
    text: `c${a.text}d${b.text}e`,
    params: [...a.params, ...b.params],
  });
  const three = (a: Case, b: Case, c: Case): Case => ({
    part: sql`${a.part}${b.part}${c.part}`,
    text: a.text + b.text + c.text,
    params: [...a.params, ...b.params, ...c.params],
  });

  it('tells apart what is made of the same pieces in other places', () => {
    const { tree } = fc.letrec<{ tree: Case }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.integer().map((value): Case => ({ part: value, text: '?', params: [value] })),
        fc.integer().map((value): Case => ({ part: sql.integer(value), text: String(value), params: [] })),
        fc.constant<Case>({ part: sql`f`, text: 'f', params: [] }),
        fc.constantFrom('g', 'h').map((text): Case => ({ part: sql.raw(text), text, params: [] })),
        tie('tree').map(one),
        fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => two(a, b)),
        fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([a, b, c]) => three(a, b, c)),
      ),
    }));
    fc.assert(
      fc.property(tree.map(one), ({ part, text, params }) => {
        expect(toQuery(part as SQL)).toEqual({ sql: text, params });
      }),
      { numRuns: 3_000 },
    );
  });

  it('goes on when there are more shapes than it remembers', () => {
    for (let n = 0; n < 12_000; n++) {
      expect(toQuery(sql`SELECT ${sql.raw(String(n))}, ${n}`)).toEqual({
        sql: `SELECT ${n}, ?`,
        params: [n],
      });
    }
  });
});
