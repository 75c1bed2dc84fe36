import { runBatch } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import {
  compareTotals,
  countsDistinct,
  MAX_GROUPS,
  placeInOrder,
  type SessionTotal,
  SessionTotals,
  type TotalsOrder,
  type TotalsPlace,
  type TotalsPlan,
} from './session-totals.ts';
import { type SummaryFilter, selectSummary } from './summary-queries.ts';

/** A second or two of the database's time; a longer period is asked for in parts. */
const MAX_SESSIONS = 500_000;
/** How far in the future a clock may be that a session began by. */
const DAY_MS = 86_400_000;

export interface Summary extends SummaryFilter, TotalsPlan {
  readonly order: TotalsOrder;
  /** Whether times without any session are listed, too. */
  readonly fills: boolean;
}

/**
 * The time of a period by account, server or time, or by two of them. Sessions are cut to the period; those that were
 * cleared or voided are out; open ones count until they were last seen.
 * @throws DomainError too_many_sessions, too_many_groups
 */
export const summarizeSessions = async (
  ctx: Ctx<CommunityActor>,
  { order, fills, ...summary }: Summary,
): Promise<SessionTotal[]> => {
  // Nothing is before the epoch, nor in the future: a period as long as the calendar is none for the calendar's pieces.
  const from = Math.max(summary.from, 0);
  const to = Math.min(summary.to, fills ? summary.to : ctx.clock.now() + DAY_MS);
  if (from >= to) return [];
  const { community } = ctx.actor;
  const totals = new SessionTotals({ ...summary, from, to });
  const [rows] = await runBatch(ctx.db, [
    selectSummary(
      community.id,
      { ...summary, from, to },
      {
        byAccount: summary.groupings.includes('account'),
        byServer: summary.groupings.includes('server'),
        cuts: totals.cuts,
        withIntervals: countsDistinct(summary),
        heartbeatTimeoutMs: community.settings.heartbeatTimeoutSeconds * 1000,
      },
    ),
  ]);
  for (const row of rows) totals.add(row);
  if (totals.sessions > MAX_SESSIONS) throw new DomainError('too_many_sessions', { max: MAX_SESSIONS });
  if (fills) totals.fill();
  if (totals.size > MAX_GROUPS) throw new DomainError('too_many_groups', { max: MAX_GROUPS });
  return totals.sorted(order);
};

/** A page of the totals, behind `after`. Every page adds the whole period up. */
export const pageOfTotals = (
  totals: readonly SessionTotal[],
  order: TotalsOrder,
  after: TotalsPlace | undefined,
  limit: number,
): Page<SessionTotal> =>
  pageOf(
    after ? totals.filter((total) => compareTotals(order, after, placeInOrder(total)) < 0) : totals,
    limit,
  );
