import { readRows } from '../../../db/client.ts';
import { type Page, pageOf } from '../../../lib/page.ts';
import type { CommunityActor } from '../../access/actor.ts';
import type { Ctx } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import type { Period, PeriodTotal } from './period.ts';
import {
  selectPeriod,
  selectPeriods,
  selectPeriodTotals,
  toPeriod,
  toPeriodTotal,
} from './period-queries.ts';

/** Behind every id. */
const LAST_ID = 'g';

/** A page of periods, those closed last first; those that were reopened, too. */
export const listPeriods = async (
  ctx: Ctx<CommunityActor>,
  { beforeId = LAST_ID, limit }: { beforeId?: string | undefined; limit: number },
): Promise<Page<Period>> => {
  const communityId = ctx.actor.community.id;
  const rows = await readRows(ctx.db, selectPeriods({ communityId, beforeId, limit: limit + 1 }));
  return pageOf(rows.map(toPeriod), limit);
};

/** @throws DomainError period_not_found */
export const getPeriod = async (ctx: Ctx<CommunityActor>, id: string): Promise<Period> => {
  const [row] = await readRows(ctx.db, selectPeriod({ communityId: ctx.actor.community.id, id }));
  if (!row) throw new DomainError('period_not_found', { id });
  return toPeriod(row);
};

/** A page of a period's totals, by account id. */
export const listPeriodTotals = async (
  ctx: Ctx<CommunityActor>,
  periodId: string,
  { afterId = '', limit }: { afterId?: string | undefined; limit: number },
): Promise<Page<PeriodTotal>> => {
  const communityId = ctx.actor.community.id;
  const rows = await readRows(
    ctx.db,
    selectPeriodTotals({ communityId, periodId, afterId, limit: limit + 1 }),
  );
  return pageOf(rows.map(toPeriodTotal), limit);
};
