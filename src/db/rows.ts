/** Rows of configuration: whole tables of few rows, read and written by the names that the schema gives their columns. */
import { type Column, getTableColumns, getTableName, type Table } from 'drizzle-orm';
import type { RowOf, Statement, Value } from './statement.ts';

/** The community of a row: its id, or the one on the wire where the same batch creates it. */
export type CommunityRef = number | { readonly publicId: string };

/** `?1`, or what finds the id of a community that the batch creates. */
const bind = (column: Column, value: unknown, params: Value[]): string => {
  if (typeof value === 'object' && value !== null && 'publicId' in value) {
    return `(SELECT id FROM communities WHERE public_id = ?${params.push(String(value.publicId))})`;
  }
  // Drizzle says `unknown`; each of our columns makes a text or a number of what it holds.
  return `?${params.push(value === null ? null : (column.mapToDriverValue(value) as Value))}`;
};

/** The columns that are given, with what is given for them; what is undefined is not given. */
const given = (table: Table, values: object, params: Value[]): [string, string][] => {
  const columns: Readonly<Record<string, Column>> = getTableColumns(table);
  return Object.entries(values).flatMap(([key, value]): [string, string][] => {
    const column = columns[key];
    return column && value !== undefined ? [[column.name, bind(column, value, params)]] : [];
  });
};

/** The row that an insert returned. @throws Error where D1 returned none */
export const insertedRow = <Row>([row]: readonly Row[]): Row => {
  if (!row) throw new Error('D1 returned no row for an insert');
  return row;
};

type Insert<T extends Table> = Omit<T['$inferInsert'], 'communityId'> & {
  readonly communityId?: CommunityRef;
};

/** Statement: inserts a row and returns it. */
export const insertRow = <T extends Table>(table: T, values: Insert<T>): Statement<RowOf<T>> => {
  const params: Value[] = [];
  const cells = given(table, values, params);
  return {
    sql: `INSERT INTO ${getTableName(table)} (${cells.map(([name]) => name).join(', ')}) VALUES (${cells
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
  table: T,
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
    sql: `UPDATE ${getTableName(table)} SET ${(set.length > 0 ? set : keys).join(', ')} WHERE ${keys.join(' AND ')} AND ${living} IS NULL RETURNING *`,
    params,
  };
};
