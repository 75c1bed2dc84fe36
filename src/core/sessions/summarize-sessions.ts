import { readRows } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { findAccountId } from './list-sessions.ts';
import type { SummaryFilter } from './reaching-queries.ts';
import { selectSessionLists } from './session-list-queries.ts';
import {
  countsDistinct,
  isBehind,
  MAX_GROUPS,
  type SessionTotal,
  SessionTotals,
  type TotalsOrder,
  type TotalsPlace,
  type TotalsPlan,
} from './session-totals.ts';
import { selectCutSummary, selectSummary } from './summary-queries.ts';

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
 * @throws DomainError too_many_sessions, too_many_groups, name_ambiguous
 */
export const summarizeSessions = async (
  ctx: Ctx<CommunityActor>,
  { order, fills, ...asked }: Summary,
): Promise<SessionTotal[]> => {
  const summary = { ...asked, account: await toKnown(ctx, asked.account) };
  // Nothing is before the epoch, nor in the future: a period as long as the calendar is none for the calendar's pieces.
  const from = Math.max(summary.from, 0);
  const to = Math.min(summary.to, fills ? summary.to : ctx.clock.now() + DAY_MS);
  if (from >= to) return [];
  const { community } = ctx.actor;
  const totals = new SessionTotals({ ...summary, from, to });
  const filter = { ...summary, from, to };
  const groups = {
    byAccount: summary.groupings.includes('account'),
    byServer: summary.groupings.includes('server'),
    countsDistinct: countsDistinct(summary),
  };
  const timeoutMs = community.settings.heartbeatTimeoutSeconds * 1000;
  if (totals.cuts && groups.byAccount) {
    const rows = await readRows(ctx.db, selectSessionLists(community.id, filter, timeoutMs));
    for (const row of rows) totals.addLists(row);
  } else if (totals.cuts) {
    const rows = await readRows(
      ctx.db,
      selectCutSummary(community.id, filter, groups.byServer, totals.cuts, timeoutMs),
    );
    for (const row of rows) totals.addCut(row);
  } else {
    const rows = await readRows(ctx.db, selectSummary(community.id, filter, groups, timeoutMs));
    for (const row of rows) totals.add(row);
  }
  if (totals.sessions > MAX_SESSIONS) throw new DomainError('too_many_sessions', { max: MAX_SESSIONS });
  const crowded = totals.forgetCrowded();
  if (crowded.length > 0) {
    const rows = await readRows(ctx.db, selectSessionLists(community.id, filter, timeoutMs, crowded));
    for (const row of rows) totals.addLists(row);
  }
  totals.countOnce();
  if (fills) totals.fill();
  if (totals.size > MAX_GROUPS) throw new DomainError('too_many_groups', { max: MAX_GROUPS });
  return totals.sorted(order);
};

/** The account by what the totals' own statement finds it by. To find out whom a name means costs a trip. */
const toKnown = async (
  ctx: Ctx<CommunityActor>,
  account: Summary['account'],
): Promise<Summary['account']> => {
  if (account?.kind !== 'username') return account;
  const id = await findAccountId(ctx, account);
  return id === undefined ? account : { kind: 'accId', value: id };
};

/** A page of the totals, behind `after`. Every page adds the whole period up. */
export const pageOfTotals = (
  totals: readonly SessionTotal[],
  order: TotalsOrder,
  after: TotalsPlace | undefined,
  limit: number,
): Page<SessionTotal> =>
  pageOf(after ? totals.filter((total) => isBehind(order, after, total)) : totals, limit);
