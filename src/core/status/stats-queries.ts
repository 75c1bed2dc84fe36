import { type Database, pingDatabase, runBatch } from '../../db/client.ts';
import { sql, statement } from '../../db/statement.ts';

/** Beyond so many a count says "at least": a look at the queue must not cost what the queue costs. */
export const MAX_COUNTED = 10_000;

const countOpenSessions = statement<Record<never, never>, { count: number }>(
  () => sql`
    SELECT count(*) AS count FROM (
      SELECT 1 FROM sessions INDEXED BY sessions_open WHERE ended_at IS NULL LIMIT ${MAX_COUNTED + 1})`,
);

const countWaitingMessages = statement<
  Record<never, never>,
  { count: number; oldest: number | null; endpoints: number }
>(
  () => sql`
    SELECT count(*) AS count, min(created_at) AS oldest, count(DISTINCT endpoint_id) AS endpoints FROM (
      SELECT created_at, endpoint_id FROM webhook_messages INDEXED BY webhook_messages_by_status
      WHERE status = 'pending' LIMIT ${MAX_COUNTED + 1})`,
);

const countDisabledEndpoints = statement<Record<never, never>, { count: number }>(
  () => sql`SELECT count(*) AS count FROM webhook_endpoints WHERE disabled_at IS NOT NULL`,
);

const countCommunities = statement<Record<never, never>, { count: number }>(
  () => sql`SELECT count(*) AS count FROM communities WHERE deleted_at IS NULL`,
);

/** A count, and whether it stopped before the end. */
export interface Count {
  readonly count: number;
  readonly isExact: boolean;
}

export interface DatabaseStats {
  readonly bytes: number;
  readonly communities: number;
  readonly openSessions: Count;
  /** Messages that wait to be sent, or to be sent again, and when the oldest of them was written, epoch milliseconds. */
  readonly queue: Count & { readonly oldestAt: number | null; readonly endpoints: number };
  readonly disabledEndpoints: number;
}

const upTo = (count = 0): Count => ({ count: Math.min(count, MAX_COUNTED), isExact: count <= MAX_COUNTED });

export const selectStats = async (db: Database): Promise<DatabaseStats> => {
  const [bytes, [[open], [waiting], [disabled], [communities]]] = await Promise.all([
    pingDatabase(db),
    runBatch(db, [
      countOpenSessions({}),
      countWaitingMessages({}),
      countDisabledEndpoints({}),
      countCommunities({}),
    ]),
  ]);
  return {
    bytes,
    communities: communities?.count ?? 0,
    openSessions: upTo(open?.count),
    queue: { ...upTo(waiting?.count), oldestAt: waiting?.oldest ?? null, endpoints: waiting?.endpoints ?? 0 },
    disabledEndpoints: disabled?.count ?? 0,
  };
};
