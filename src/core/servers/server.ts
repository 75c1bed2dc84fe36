import type { NamedServerRow } from './queries.ts';

/** A server of a community. */
export interface Server {
  readonly id: number;
  /** null until somebody says it. */
  readonly name: string | null;
  readonly description: string | null;
  /** When everybody in its newest roster was there, in epoch milliseconds; null where none came. */
  readonly lastRosterAt: number | null;
  /** How many entries of its newest roster named nobody, and since when (epoch milliseconds) rosters have had some. */
  readonly unnamed: number;
  readonly incompleteSince: number | null;
  /** How many sessions are open there. */
  readonly open: number;
}

export const toServer = (row: NamedServerRow): Server => ({
  id: row.server_id,
  name: row.name,
  description: row.description,
  lastRosterAt: row.roster_seen_at,
  unnamed: row.roster_unnamed,
  incompleteSince: row.roster_incomplete_since,
  open: row.open,
});
