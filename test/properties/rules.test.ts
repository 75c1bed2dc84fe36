/** Each rule of sessions is a function and a piece of SQL: they agree on any row. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as rules from '../../src/core/sessions/rules.ts';
import { openDatabase, readRows } from '../../src/db/client.ts';
import { sql, statement } from '../../src/db/statement.ts';
import { MINUTE } from '../helpers.ts';

const minutes = (max: number) => fc.integer({ min: 0, max }).map((n) => n * MINUTE);
const row = fc
  .record({
    startedAt: minutes(600),
    seen: minutes(1500),
    heartbeat: fc.option(minutes(40)),
    silence: fc.option(fc.tuple(minutes(100), minutes(60))),
    unseen: minutes(700),
    kind: fc.constantFrom('stopped', 'cleared', 'superseded', 'server_reset', 'auto_closed', null),
  })
  .map(({ startedAt, seen, heartbeat, silence, unseen, kind }): rules.Lifetime => {
    const lastSeenAt = startedAt + seen;
    return {
      startedAt,
      lastSeenAt,
      heartbeatAt: heartbeat === null ? null : Math.min(startedAt + heartbeat, lastSeenAt),
      silentSince: silence && startedAt + silence[0],
      resumedAt: silence && startedAt + silence[0] + silence[1],
      endedAt: kind === null ? null : lastSeenAt + unseen,
      closeKind: kind,
    };
  });

const SEEN_AT = sql`last_seen_at`;
const db = openDatabase(env.DB);
const inSql = statement<
  rules.Limits & { rows: string; at: number; from: number; to: number; rosterAt: number | null },
  Record<string, unknown>
>(
  ($) => sql`
    SELECT
      ${rules.lastSeenSql($.rosterAt)} AS lastSeen,
      ${rules.limitMsSql($)} AS limitMs, ${rules.isSilentSql(SEEN_AT, $.at, $)} AS isSilent,
      ${rules.unconfirmedEndSql(SEEN_AT, $)} AS end, ${rules.autoCloseReasonSql($)} AS reason,
      ${rules.isStopBelievedSql(SEEN_AT, $.at, $)} AS isBelieved,
      ${rules.resetEndSql(SEEN_AT, $.at, $.from, $)} AS resetEnd,
      ${rules.confirmedUntilSql(SEEN_AT)} AS confirmed,
      ${rules.watchedWithinSql(SEEN_AT, $.heartbeatTimeoutMs, $.from, $.to)} AS watched
    FROM (SELECT value ->> 'startedAt' AS started_at, value ->> 'lastSeenAt' AS last_seen_at,
      value ->> 'heartbeatAt' AS heartbeat_at, value ->> 'silentSince' AS silent_since,
      value ->> 'resumedAt' AS resumed_at, value ->> 'endedAt' AS ended_at, value ->> 'closeKind' AS close_kind
      FROM json_each(${$.rows}))`,
);

it('the functions and the SQL agree', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 20, maxLength: 20 }),
      fc.constantFrom('last-seen' as const, 'close-time' as const),
      minutes(3000),
      fc.tuple(minutes(3000), minutes(900)),
      fc.option(minutes(3000)),
      async (rows, unconfirmedEnd, at, [from, length], rosterAt) => {
        const settings = {
          heartbeatTimeoutSeconds: 600,
          idleTimeoutSeconds: 43_200,
          maxSessionSeconds: 86_400,
          heartbeatStepSeconds: 30,
          resetGraceSeconds: 3600,
          unconfirmedEnd,
        } as Parameters<typeof rules.limitsOf>[0];
        const limits = rules.limitsOf(settings);
        const results = await readRows(
          db,
          inSql({ ...limits, rows: JSON.stringify(rows), at, from, to: from + length, rosterAt }),
        );
        expect(results).toEqual(
          rows.map((session) => ({
            lastSeen: rules.lastSeen(session, rosterAt),
            limitMs: rules.limitMs(session, limits),
            isSilent: Number(rules.isSilent(session, at, limits)),
            end: rules.unconfirmedEnd(session, limits),
            reason: rules.autoCloseReason(session, limits),
            isBelieved: Number(rules.isStopBelieved(session, at, limits)),
            resetEnd: rules.resetEnd(session, at, from, limits),
            confirmed: rules.confirmedUntil(session),
            watched: rules.watchedWithin(session, limits.heartbeatTimeoutMs, from, from + length),
          })),
        );
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
