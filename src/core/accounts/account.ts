import { fromJson } from '../../db/json.ts';
import type { NotedIdentifier } from './identifiers.ts';
import type { AccountRow, NamesJson } from './queries.ts';

/** An identifier, and since when (epoch milliseconds) it is the account's. */
export interface DatedIdentifier extends NotedIdentifier {
  readonly createdAt: number;
}

/** A name that was told of an account, and since when (epoch milliseconds). */
export interface ToldName {
  readonly name: string;
  readonly since: number;
}

/** An identifier that came beside those of an account and belongs to another one. */
export interface IdentifierConflict extends NotedIdentifier {
  readonly ownerId: string;
  /** When it last came so, in epoch milliseconds. */
  readonly seenAt: number;
}

/** Who is tracked. */
export interface Account {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When its latest session started, in epoch milliseconds; null if it has none. */
  readonly lastStartedAt: number | null;
  /** What to call it: the name told last, else the best of its identifiers; null while only its id is known. */
  readonly name: string | null;
  /** The names that were told of it: the one of today, then former ones, latest first. At most 20. */
  readonly names: readonly ToldName[];
  /** In the order of their kinds, then by value; the ids of accounts that were merged into it are among them. At most 500. */
  readonly identifiers: readonly DatedIdentifier[];
}

export const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  createdAt: row.created_at,
  lastStartedAt: row.last_started_at,
  name: row.name,
  names: toNames(row.names),
  identifiers: fromJson(row.identifiers),
});

/** What `accounts.names` says. */
export const toNames = (names: NamesJson): ToldName[] =>
  fromJson(names).map(([, name, since]) => ({
    name,
    since,
  }));
