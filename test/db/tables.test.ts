import { getTableColumns } from 'drizzle-orm';
import { getTableConfig } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import { TABLES } from '../../drizzle/tables.ts';
import { tables } from '../../scripts/migrations/tables.ts';
import * as schema from '../../src/db/schema/index.ts';
import { toColumnName, toKey } from '../../src/db/tables.ts';

it('what the Worker knows of its tables is what the schema says: npm run db:baseline', () => {
  expect(TABLES).toEqual(tables());
  expect(TABLES.log_counters).toEqual({
    key: ['community_id', 'action_type', 'platform'],
    columns: { community_id: {}, action_type: { type: 'text' }, platform: { type: 'text' }, count: {} },
  });
});

it('the schema names a column as the database does, in camel case', () => {
  const named = Object.values(schema).flatMap((table) =>
    Object.entries(getTableColumns(table)).map(([key, { name }]) => [getTableConfig(table).name, key, name]),
  );
  expect(named.length).toBeGreaterThan(150);
  expect(
    named.filter(([, key = '', name = '']) => toColumnName(key) !== name || toKey(name) !== key),
  ).toEqual([]);
});
