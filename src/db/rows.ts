/** Rows of configuration: whole tables of few rows, read and written by the names that the schema gives their columns. */
import type { Table } from 'drizzle-orm';
import type { RowOf, Statement, Value } from './statement.ts';
import { factsOf, type TableRef, toColumnName, toKey } from './tables.ts';

/** The community of a row: its id, or the one on the wire where the same batch creates it. */
export type CommunityRef = number | { readonly publicId: string };

/** `?1`, or what finds the id of a community that the batch creates. */
const bind = (value: unknown, params: Value[]): string => {
  if (typeof value === 'object' && value !== null && 'publicId' in value) {
    return `(SELECT id FROM communities WHERE public_id = ?${params.push(String(value.publicId))})`;
  }
  return `?${params.push(toValue(value))}`;
};

/** A value as SQLite has it. */
const toValue = (value: unknown): Value => {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  return typeof value === 'boolean' ? Number(value) : JSON.stringify(value);
};

/** The columns that are given, with what is given for them; what is undefined is not given. */
const given = (table: TableRef<Table>, values: object, params: Value[]): [string, string][] => {
  const { columns } = factsOf(table.name);
  return Object.entries(values).flatMap(([key, value]): [string, string][] => {
    const name = toColumnName(key);
    return Object.hasOwn(columns, name) && value !== undefined ? [[name, bind(value, params)]] : [];
  });
};

type Insert<T extends Table> = Omit<T['$inferInsert'], 'communityId'> & {
  readonly communityId?: CommunityRef;
};

/** Statement: inserts a row and returns it. */
export const insertRow = <T extends Table>(table: TableRef<T>, values: Insert<T>): Statement<RowOf<T>> => {
  const params: Value[] = [];
  const cells = given(table, values, params);
  return {
    sql: `INSERT INTO ${table.name} (${cells.map(([name]) => name).join(', ')}) VALUES (${cells
      .map(([, text]) => text)
      .join(', ')}) RETURNING *`,
    params,
  };
};

/**
 * Statement: changes the rows that have these values and returns them. `living` names a column that must be NULL: a row
 * that is deleted or revoked is not changed.
 */
export const updateRow = <T extends Table>(
  table: TableRef<T>,
  where: Partial<T['$inferSelect']>,
  living: string,
  changes: { readonly [Key in keyof T['$inferInsert']]?: T['$inferInsert'][Key] | undefined },
): Statement<RowOf<T>> => {
  const params: Value[] = [];
  const equal = (values: object) => given(table, values, params).map(([name, text]) => `${name} = ${text}`);
  // An UPDATE must set something: with nothing to change it sets the key to itself.
  const set = equal(changes);
  const keys = equal(where);
  return {
    sql: `UPDATE ${table.name} SET ${(set.length > 0 ? set : keys).join(', ')} WHERE ${keys.join(' AND ')} AND ${living} IS NULL RETURNING *`,
    params,
  };
};

/** A row as the schema names and types its columns. */
export const fromRow = <T extends Table>({ name }: TableRef<T>, row: RowOf<T>): T['$inferSelect'] => {
  const values: Readonly<Record<string, unknown>> = row;
  return Object.fromEntries(
    Object.entries(factsOf(name).columns).map(([column, { type }]) => {
      const value = values[column];
      if (value === null) return [toKey(column), null];
      return [
        toKey(column),
        type === 'boolean' ? Boolean(value) : type === 'json' ? JSON.parse(String(value)) : value,
      ];
    }),
  );
};
