/** What the tests of the totals share: the call, and sessions of any past. */
import { env } from 'cloudflare:workers';
import { type Answer, START } from './harness.ts';
import { setUp } from './helpers.ts';

export const ANA = '11111111-1111-4111-8111-111111111111';
export const BO = '22222222-2222-4222-8222-222222222222';
export const SUMMARY = '/v2/community/activity/summary';

/** A community, and its totals of a period. */
export const setUpSummary = async (settings?: Record<string, unknown>, now = START) => {
  const { app, rowId: id, key, record: call } = await setUp(settings, { now });
  const record = (server: number, body: Record<string, unknown>) => call(body, server);
  const summary = (query: Record<string, string | number>) =>
    app.get(`${SUMMARY}?${new URLSearchParams(query as Record<string, string>)}`, { key });
  return { app, id, key, record, summary };
};

/** A session in the table, of any past. */
export interface Stored {
  account: string;
  server: number;
  start: number;
  end: number | null;
  lastSeen?: number;
  kind?: string | null;
  voided?: boolean;
  heartbeat?: number | null;
  /** From when to when it was silent, where two were joined. */
  silence?: readonly [number, number] | undefined;
  metadata?: Record<string, unknown>;
}
/** Writes sessions as they are. */
export const store = (communityId: number, sessions: readonly Stored[]) =>
  env.DB.prepare(
    `INSERT INTO sessions (community_id, id, account_id, server_id, started_at, ended_at, last_seen_at, close_kind, voided_at, heartbeat_at, silent_since, resumed_at, metadata)
     SELECT ?1, value ->> 'id', value ->> 'account', value ->> 'server', value ->> 'start', value ->> 'end',
       value ->> 'lastSeen', value ->> 'kind', value ->> 'voided',
       value ->> 'heartbeat', value ->> '$.silence[0]', value ->> '$.silence[1]', value ->> 'metadata' FROM json_each(?2)`,
  )
    .bind(
      communityId,
      JSON.stringify(
        sessions.map(({ account, server, start, end, lastSeen, kind, voided, metadata, ...rest }) => ({
          ...rest,
          metadata: JSON.stringify(metadata ?? {}),
          id: crypto.randomUUID(),
          account,
          server,
          start,
          end,
          lastSeen: lastSeen ?? end ?? start,
          kind: end === null ? null : (kind ?? 'stopped'),
          voided: voided ? start : null,
        })),
      ),
    )
    .run();

export const items = ({ body }: Answer) => body.data.items;

/** The totals without what test/contract/totals.test.ts asserts: names, hours, and where a time begins and ends. */
export const bare = (answer: Answer) =>
  items(answer).map(({ name, serverName, hours, start, end, ...item }: Record<string, unknown>) => item);
