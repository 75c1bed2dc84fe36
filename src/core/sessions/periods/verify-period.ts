import { readRows, runBatch } from '../../../db/client.ts';
import type { CommunityActor } from '../../access/actor.ts';
import type { Ctx } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { confirmedUntil, countedUntil, type Lifetime, watchedWithin } from '../rules.ts';
import type { Period, PeriodTotal } from './period.ts';
import { hashPeriod } from './period-hash.ts';
import {
  type OpenAtClose,
  selectKnownAccounts,
  selectOpenAtClose,
  selectPeriod,
  selectPeriodTotals,
  selectTotalsNow,
  toPeriod,
  toPeriodTotal,
} from './period-queries.ts';

/** Accounts whose time is not what was kept. */
export interface PeriodDifference {
  readonly accountId: string;
  readonly stored: Omit<PeriodTotal, 'accountId'>;
  readonly now: Omit<PeriodTotal, 'accountId'>;
  /** `removed`: by retention or an erasure, which take sessions and leave totals. */
  readonly reason: 'removed' | 'changed';
}

/** A session that was open when the period closed. Epoch milliseconds. */
export interface OpenWhenClosed {
  readonly sessionId: string;
  readonly accountId: string;
  readonly countedUntil: number;
  /** What of the period it has gained since, which is in no total. */
  readonly uncountedMs: number;
}

export interface PeriodVerification {
  readonly period: Period;
  /** Whether the totals are those that were kept, and sessions still come to them. */
  readonly holds: boolean;
  readonly isHashValid: boolean;
  readonly differences: readonly PeriodDifference[];
  readonly openWhenClosed: readonly OpenWhenClosed[];
}

const ALL = 1_000_000;
const DAY_MS = 86_400_000;
const NOTHING = { ms: 0, confirmedMs: 0, watchedMs: 0, sessions: 0 };
type Sum = { -readonly [K in keyof typeof NOTHING]: number };

/** Whether a period's totals still hold, and if not, why. @throws DomainError period_not_found */
export const verifyPeriod = async (ctx: Ctx<CommunityActor>, id: string): Promise<PeriodVerification> => {
  const { id: communityId, publicId } = ctx.actor.community;
  const [[row], storedRows] = await runBatch(ctx.db, [
    selectPeriod({ communityId, id }),
    selectPeriodTotals({ communityId, periodId: id, afterId: '', limit: ALL }),
  ]);
  if (!row) throw new DomainError('period_not_found', { id });
  const period = toPeriod(row);
  const stored = storedRows.map(toPeriodTotal);
  const { totals, openWhenClosed } = await computeTotals(ctx, period);
  const differences = await explain(ctx, period, differencesOf(stored, totals));
  const isHashValid = (await hashPeriod(period.sealedAs ?? publicId, period, stored)) === period.hash;
  return {
    period,
    isHashValid,
    holds: isHashValid && differences.every(({ reason }) => reason === 'removed'),
    differences,
    openWhenClosed,
  };
};

/** What the sessions of a period come to, those that were open when it closed as far as they were counted then. */
export const computeTotals = async (
  ctx: Ctx<CommunityActor>,
  { id, from, to, heartbeatTimeoutMs }: Period,
): Promise<{ totals: PeriodTotal[]; openWhenClosed: OpenWhenClosed[] }> => {
  const communityId = ctx.actor.community.id;
  const [rows, openRows] = await runBatch(ctx.db, [
    selectTotalsNow({ communityId, from, to, timeoutMs: heartbeatTimeoutMs }),
    selectOpenAtClose({ communityId, periodId: id }),
  ]);
  const sums = new Map<string, Sum>(
    rows.map(toPeriodTotal).map(({ accountId, ...sum }) => [accountId, { ...sum }]),
  );
  const openWhenClosed: OpenWhenClosed[] = [];
  for (const row of openRows) {
    const now = toLifetime(row);
    // Retention or an erasure has taken it.
    if (!now) continue;
    const then = asCounted(now, row.counted_until);
    const part = (session: Lifetime): Sum => partOf(session, from, to, heartbeatTimeoutMs);
    const [gained, counted] = [part(now), part(then)];
    const sum = sums.get(row.account_id) ?? { ...NOTHING };
    for (const key of ['ms', 'confirmedMs', 'watchedMs', 'sessions'] as const) {
      sum[key] += counted[key] - gained[key];
    }
    sums.set(row.account_id, sum);
    openWhenClosed.push({
      sessionId: row.session_id,
      accountId: row.account_id,
      countedUntil: row.counted_until,
      uncountedMs: gained.ms - counted.ms,
    });
  }
  const totals = [...sums]
    .filter(([, { sessions }]) => sessions > 0)
    .map(([accountId, sum]) => ({ accountId, ...sum }));
  return { totals, openWhenClosed };
};

const toLifetime = (row: OpenAtClose): Lifetime | undefined =>
  row.id === null || row.last_seen_at === null
    ? undefined
    : {
        startedAt: row.started_at,
        lastSeenAt: row.last_seen_at,
        endedAt: row.ended_at,
        closeKind: row.close_kind,
        heartbeatAt: row.heartbeat_at,
        silentSince: row.silent_since,
        resumedAt: row.resumed_at,
      };

/** The session as it was when it had been seen until then. */
const asCounted = (session: Lifetime, until: number): Lifetime => ({
  ...session,
  endedAt: null,
  closeKind: null,
  lastSeenAt: until,
  heartbeatAt: session.heartbeatAt !== null && session.heartbeatAt <= until ? session.heartbeatAt : null,
});

const partOf = (session: Lifetime, from: number, to: number, timeoutMs: number): Sum => {
  const start = Math.max(session.startedAt, from);
  const end = Math.max(start, Math.min(countedUntil(session), to));
  const counts = session.startedAt >= from || countedUntil(session) > from;
  return {
    ms: end - start,
    confirmedMs: Math.max(0, Math.min(end, confirmedUntil(session)) - start),
    watchedMs: watchedWithin(session, timeoutMs, start, end),
    sessions: counts ? 1 : 0,
  };
};

const differencesOf = (
  stored: readonly PeriodTotal[],
  totals: readonly PeriodTotal[],
): Omit<PeriodDifference, 'reason'>[] => {
  const now = new Map(totals.map((total) => [total.accountId, total]));
  const before = new Map(stored.map((total) => [total.accountId, total]));
  return [...new Set([...before.keys(), ...now.keys()])].sort().flatMap((accountId) => {
    const { accountId: _, ...one } = before.get(accountId) ?? { accountId, ...NOTHING };
    const { accountId: __, ...other } = now.get(accountId) ?? { accountId, ...NOTHING };
    const keys = Object.keys(NOTHING) as (keyof typeof NOTHING)[];
    if (keys.every((key) => one[key] === other[key])) return [];
    return [{ accountId, stored: one, now: other }];
  });
};

/** Retention and erasures take whole sessions: where one of them can have done it, the totals stand. */
const explain = async (
  ctx: Ctx<CommunityActor>,
  { from }: Period,
  differences: readonly Omit<PeriodDifference, 'reason'>[],
): Promise<PeriodDifference[]> => {
  if (differences.length === 0) return [];
  const { id: communityId, settings } = ctx.actor.community;
  const known = await readRows(
    ctx.db,
    selectKnownAccounts({ communityId, ids: JSON.stringify(differences.map(({ accountId }) => accountId)) }),
  );
  const living = new Set(known.map(({ id }) => id));
  const days = settings.sessionRetentionDays;
  const isRetained = days !== null && ctx.clock.now() - days * DAY_MS > from;
  return differences.map((difference) => {
    const { accountId, stored, now } = difference;
    const isLess = now.sessions < stored.sessions && now.ms <= stored.ms;
    const isRemoved = isLess && (isRetained || !living.has(accountId));
    return { ...difference, reason: isRemoved ? 'removed' : 'changed' };
  });
};
