import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { QueryBuilder } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { families } from '../../src/api/index.ts';
import { openDatabase, readRows, runBatch } from '../../src/db/client.ts';
import { communities } from '../../src/db/schema/index.ts';
import {
  declaredTexts,
  type Items,
  type RowOf,
  sql,
  statement,
  statementByShape,
  tableOf,
  toItems,
} from '../../src/db/statement.ts';

const db = openDatabase(env.DB);

describe('a statement', () => {
  const add = statement<{ a: number; b: number }, { sum: number; twice: number }>(
    ($) => sql`SELECT ${$.a} + ${$.b} AS sum, 2 * ${$.a} AS twice`,
  );

  it('has one parameter for each name, and the values in their places', () => {
    expect(add({ b: 3, a: 5 })).toEqual({ sql: 'SELECT ?1 + ?2 AS sum, 2 * ?1 AS twice', params: [5, 3] });
  });

  it('puts its text together once', () => {
    let built = 0;
    const counted = statement<{ a: number }, { a: number }>(($) => {
      built += 1;
      return sql`SELECT ${$.a} AS a`;
    });
    counted({ a: 1 });
    counted({ a: 2 });
    expect(built).toBe(1);
  });

  it('has what the text itself brings as parameters beside its values', async () => {
    const greet = statement<{ name: string }, { text: string }>(
      ($) => sql`SELECT ${'Hello, '} || ${$.name} || ${'!'} AS text`,
    );
    expect(await readRows(db, greet({ name: "O'Neil?" }))).toEqual([{ text: "Hello, O'Neil?!" }]);
  });

  it('can be one of the builders', async () => {
    const find = statement<{ id: number }, RowOf<typeof communities>>(($) =>
      new QueryBuilder().select().from(communities).where(eq(communities.id, $.id)),
    );
    expect(find({ id: 7 }).params).toEqual([7]);
    expect(await readRows(db, find({ id: -1 }))).toEqual([]);
  });

  it('refuses to run without one of its values', () => {
    // @ts-expect-error the compiler says so, too
    expect(() => add({ a: 1 })).toThrow('The statement lacks a value for b');
  });

  it('may depend on a shape, with one text for each', () => {
    let built = 0;
    const list = statementByShape<{ isOpen: boolean }, { limit: number }, { one: number }>(
      ({ isOpen }, $) => {
        built += 1;
        return sql`SELECT 1 AS one WHERE ${isOpen ? sql`1` : sql`0`} LIMIT ${$.limit}`;
      },
      [{ isOpen: true }, { isOpen: false }],
    );
    const texts = [true, false, true].map((isOpen) => list({ isOpen }, { limit: 1 }).sql);
    expect(new Set(texts).size).toBe(2);
    expect(built).toBe(2);
  });
});

describe('a table of items', () => {
  const select = statementByShape<number, Items, { item: string }>(
    (capacity, $) => sql`SELECT item FROM ${tableOf($, capacity)}`,
    [1, 64],
  );
  const of = (count: number) => {
    const { capacity, values } = toItems(Array.from({ length: count }, (_, n) => [`n${n}`, 'é"]']));
    return select(capacity, values);
  };

  it.each([0, 1, 2, 31, 32, 33, 64, 65, 1000, 2049, 4096, 6000])(
    'has each of %i once, in their order, and no row of it is billed',
    async (count) => {
      const { sql: text, params } = of(count);
      const { results, meta } = await env.DB.prepare(text)
        .bind(...params)
        .all();
      expect(results).toEqual(
        Array.from({ length: count }, (_, n) => ({ item: JSON.stringify([`n${n}`, 'é"]']) })),
      );
      expect(meta.rows_read).toBe(0);
    },
  );

  it('is written in a few texts, of few parameters, and its lists are short', () => {
    const statements = Array.from({ length: 1000 }, (_, n) => of(n + 1));
    expect(new Set(statements.map((one) => one.sql)).size).toBe(11);
    expect(of(33).sql).toBe(of(64).sql);
    const { sql: text, params } = of(6000);
    expect(params).toHaveLength(65);
    expect(text.length).toBeLessThan(75_000);
    for (const list of of(1000).params.slice(0, -1))
      expect(JSON.parse(String(list)).length).toBeLessThanOrEqual(32);
  });
});

describe('runBatch', () => {
  const one = statement<{ n: number }, { n: number }>(($) => sql`SELECT ${$.n} AS n`);

  it("answers each statement in its place, a group's in a group, and nothing for an empty place", async () => {
    const [first, none, group, last] = await runBatch(db, [
      one({ n: 1 }),
      undefined,
      [one({ n: 2 }), one({ n: 3 })],
      one({ n: 4 }),
    ]);
    expect([first, none, group, last]).toEqual([[{ n: 1 }], undefined, [[{ n: 2 }], [{ n: 3 }]], [{ n: 4 }]]);
  });
});

it('every declared statement is one that the migrated database knows how to run', async () => {
  expect(families.length).toBeGreaterThan(3);
  const texts = declaredTexts();
  expect(texts.length).toBeGreaterThan(0);
  // EXPLAIN prepares the statement, with its indexes, and runs nothing.
  const explain = (text: string) => {
    const count = new Set(text.match(/\?\d+/g)).size;
    return env.DB.prepare(`EXPLAIN ${text}`).bind(...Array(count).fill(null));
  };
  for (let next = 0; next < texts.length; next += 25) {
    const some = texts.slice(next, next + 25);
    const all = await env.DB.batch(some.map(explain)).catch(() => undefined);
    if (all) continue;
    // Which of them is it, and why?
    for (const text of some) await expect(explain(text).all(), text).resolves.toBeDefined();
    throw new Error('A batch failed whose statements work one by one');
  }
  expect(texts.length).toBeGreaterThan(200);
});
