import type { Row } from '../../db/client.ts';
import type { Identifier } from './identifiers.ts';

/** Who is tracked. */
export interface Account {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When its latest session started, in epoch milliseconds; null if it has none. */
  readonly lastStartedAt: number | null;
  /** By kind, then by value; the ids of accounts that were merged into it are among them. At most 100 of a kind. */
  readonly identifiers: readonly Identifier[];
}

export const toAccount = (row: Row): Account => ({
  id: row.id as string,
  createdAt: row.created_at as number,
  lastStartedAt: row.last_started_at as number | null,
  identifiers: JSON.parse(row.identifiers as string) as Identifier[],
});
