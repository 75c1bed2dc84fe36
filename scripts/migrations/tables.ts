/** What the Worker needs to know of its tables, out of src/db/schema: it does without Drizzle then. */
import { getTableConfig, type SQLiteColumn } from 'drizzle-orm/sqlite-core';
import * as schema from '../../src/db/schema/index.ts';

const TYPES = { string: 'text', number: 'number', boolean: 'boolean', json: 'json' } as const;

const isLiteral = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** What is usual is left out: see src/db/tables.ts. */
const factsOf = (column: SQLiteColumn) => {
  const type = TYPES[column.dataType as keyof typeof TYPES];
  if (!type)
    throw new Error(`${column.name} is of type ${column.dataType}, which src/db/tables.ts does not know.`);
  const { default: fallback, enumValues } = column;
  return {
    ...(type !== 'number' && { type }),
    ...(!column.notNull && { isNullable: true }),
    ...(column.generated !== undefined && { isGenerated: true }),
    ...(column.hasDefault && { hasDefault: true }),
    ...(isLiteral(fallback) && { fallback: typeof fallback === 'boolean' ? Number(fallback) : fallback }),
    ...(enumValues && enumValues.length > 0 && { values: enumValues }),
  };
};

/** By the tables' names: the columns of the primary key, and all columns. */
export const tables = () =>
  Object.fromEntries(
    Object.values(schema)
      .map((table) => getTableConfig(table))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, columns, primaryKeys }) => {
        const key = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary);
        return [
          name,
          {
            key: key.map((column) => column.name),
            columns: Object.fromEntries(columns.map((column) => [column.name, factsOf(column)])),
          },
        ];
      }),
  );

export const tablesModule = (): string =>
  `// Made by \`npm run db:baseline\`.\nexport const TABLES = ${JSON.stringify(tables(), null, 2)} as const;\n`;
