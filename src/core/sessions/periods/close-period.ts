import { runBatch } from '../../../db/client.ts';
import { isRefusedBy } from '../../../db/constraint.ts';
import type { CommunityActor } from '../../access/actor.ts';
import { audited } from '../../audit/audit.ts';
import type { Ctx } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { selectTouchedPeriod } from './closed-period-queries.ts';
import { getPeriod } from './list-periods.ts';
import type { Period, PeriodTotal } from './period.ts';
import { hashPeriod } from './period-hash.ts';
import {
  insertOpenSessions,
  insertPeriod,
  insertPeriodTotals,
  markReopened,
  noteSights,
  selectPeriodBefore,
  selectTotalsNow,
  toPeriodTotal,
} from './period-queries.ts';

/** Calls can change the totals between reading and writing them. */
const MAX_ATTEMPTS = 5;
/** Totals that travel in one value, which D1 allows 2 MB. */
const CHUNK = 10_000;

/** What a batch needs to keep totals. */
export const totalsInChunks = (communityId: number, periodId: string, totals: readonly PeriodTotal[]) =>
  Array.from({ length: Math.ceil(totals.length / CHUNK) }, (_, index) =>
    insertPeriodTotals({
      communityId,
      periodId,
      totals: JSON.stringify(
        totals
          .slice(index * CHUNK, (index + 1) * CHUNK)
          .map(({ accountId, ms, confirmedMs, watchedMs, sessions }) => [
            accountId,
            ms,
            confirmedMs,
            watchedMs,
            sessions,
          ]),
      ),
    }),
  );

/**
 * Closes the time from the period before until `to` (epoch milliseconds, not in the future): no second of it changes from
 * then on. What is open counts until it was last seen. The totals are kept, with their hash.
 * @throws DomainError period_overlaps
 */
export const closePeriod = (
  ctx: Ctx<CommunityActor>,
  { to, note }: { to: number; note: string | null },
): Promise<Period> =>
  audited(ctx, ctx.actor.community.id, async (audit) => {
    const { id: communityId, publicId, settings } = audit.community;
    const timeoutMs = settings.heartbeatTimeoutSeconds * 1000;
    for (let attempt = 1; ; attempt++) {
      const [[touched], [before]] = await runBatch(ctx.db, [
        selectTouchedPeriod({ communityId, low: to - 1, high: to }),
        selectPeriodBefore({ communityId, to }),
      ]);
      if (touched) {
        throw new DomainError('period_overlaps', {
          id: touched.id,
          to: new Date(touched.to_at).toISOString(),
        });
      }
      const from = before?.to_at ?? 0;
      const [rows] = await runBatch(ctx.db, [selectTotalsNow({ communityId, from, to, timeoutMs })]);
      const totals = rows.map(toPeriodTotal);
      const closedAt = ctx.clock.now();
      const id = ctx.newId(closedAt);
      const hash = await hashPeriod(publicId, { id, from, to }, totals);
      const { kind, id: actorId, name } = ctx.actor;
      try {
        await runBatch(ctx.db, [
          noteSights({ communityId, to }),
          totalsInChunks(communityId, id, totals),
          insertPeriod({
            communityId,
            id,
            from,
            to,
            note,
            closedAt,
            closedBy: JSON.stringify({ kind, id: actorId, name }),
            hash,
            timeoutMs,
            accounts: totals.length,
            ms: totals.reduce((sum, total) => sum + total.ms, 0),
          }),
          insertOpenSessions({ communityId, periodId: id, to }),
          await audit.record({
            type: 'PERIOD_CLOSED',
            what: `closed the period until ${new Date(to).toISOString()}`,
            target: { type: 'PERIOD', name: id },
            properties: { hash },
          }),
        ]);
        return await getPeriod(ctx, id);
      } catch (error) {
        if (!isRefusedBy(error, 'NOT NULL', 'periods.hash') || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  });

/**
 * Opens a closed period again. Its totals stay readable, as they were.
 * @throws DomainError period_not_found, period_reopened
 */
export const reopenPeriod = (ctx: Ctx<CommunityActor>, id: string, reason: string | null): Promise<Period> =>
  audited(ctx, ctx.actor.community.id, async (audit) => {
    const { id: communityId } = audit.community;
    const period = await getPeriod(ctx, id);
    if (period.reopenedAt !== null) throw new DomainError('period_reopened', { id });
    const { kind, id: actorId, name } = ctx.actor;
    await runBatch(ctx.db, [
      markReopened({
        communityId,
        id,
        at: ctx.clock.now(),
        by: JSON.stringify({ kind, id: actorId, name }),
      }),
      await audit.record({
        type: 'PERIOD_REOPENED',
        what: `reopened the period until ${new Date(period.to).toISOString()}${reason === null ? '' : `: ${reason}`}`,
        target: { type: 'PERIOD', name: id },
        properties: { hash: period.hash },
      }),
    ]);
    return getPeriod(ctx, id);
  });
