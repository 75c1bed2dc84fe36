/** The SQL of retention: whose rows may be too old, and when to look again. */
import { type SQL, type Statement, sql, statementByShape } from '../../db/statement.ts';
import type { Community } from './actor.ts';

const DAY_MS = 86_400_000;

/** What a community may keep for some days only. */
export type Retained = 'sessions' | 'log' | 'account_activity';

const DAYS = {
  sessions: 'session_retention_days',
  log: 'log_retention_days',
  account_activity: 'account_activity_retention_days',
} as const satisfies Record<Retained, string>;

const RETAINED = Object.keys(DAYS) as readonly Retained[];

/** A community whose rows may be too old. */
export interface DueCommunity {
  readonly id: number;
  readonly retention_days: number;
}

/** Query: communities to look at, those first that wait longest. */
export const selectDue = statementByShape<Retained, { now: number; limit: number }, DueCommunity>(
  (retained, $) => sql`
    SELECT id, ${sql.raw(DAYS[retained])} AS retention_days
    FROM communities INDEXED BY ${sql.raw(`communities_with_${retained}_due`)}
    WHERE ${sql.raw(retained)}_due_at <= ${$.now} AND ${sql.raw(DAYS[retained])} IS NOT NULL AND deleted_at IS NULL
    ORDER BY ${sql.raw(retained)}_due_at LIMIT ${$.limit}`,
  WITH_DOCS && RETAINED,
);

/** Statement: when to look at the community again; not later than what is noted already, where `isSooner`. */
export const setDue = statementByShape<
  { readonly retained: Retained; readonly isSooner: boolean },
  { communityId: number; dueAt: number }
>(
  ({ retained, isSooner }, $): SQL => {
    const column = sql.raw(`${retained}_due_at`);
    return isSooner
      ? sql`UPDATE communities SET ${column} = ${$.dueAt} WHERE id = ${$.communityId} AND ${column} > ${$.dueAt}`
      : sql`UPDATE communities SET ${column} = ${$.dueAt} WHERE id = ${$.communityId} AND ${column} IS NOT NULL`;
  },
  WITH_DOCS && RETAINED.flatMap((retained) => [true, false].map((isSooner) => ({ retained, isSooner }))),
);

/**
 * Statements, none or one, for the batch that stores something old: without it the job would look at it too late.
 *
 * @param oldest of what is stored; as `now` in epoch milliseconds
 */
export const dueSooner = (
  { id: communityId, settings }: Community,
  retained: Retained,
  oldest: number,
  now: number,
): Statement[] => {
  const days = {
    sessions: settings.sessionRetentionDays,
    log: settings.logRetentionDays,
    account_activity: settings.accountActivityRetentionDays,
  }[retained];
  if (days === null || oldest > now - DAY_MS) return [];
  return [setDue({ retained, isSooner: true }, { communityId, dueAt: oldest + days * DAY_MS })];
};
