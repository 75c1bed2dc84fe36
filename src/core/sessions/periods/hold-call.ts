import { runBatch } from '../../../db/client.ts';
import type { CommunityActor } from '../../access/actor.ts';
import type { AccountRef } from '../../accounts/identifiers.ts';
import type { Ctx } from '../../context.ts';
import type { ListedAccount } from '../apply-roster.ts';
import type { ActivityAction } from '../record-activity.ts';
import { isPeriodClosed } from './closed-period-queries.ts';
import { insertQuestion } from './question-queries.ts';

/** A call as a question keeps it: enough to make it again. */
export interface HeldCall {
  readonly kind: 'activity' | 'reset' | 'roster';
  readonly serverId: number;
  readonly account?: AccountRef | undefined;
  /** Of a roster: whom it lists, and how many of its entries named nobody. */
  readonly accounts?: readonly ListedAccount[] | undefined;
  readonly unnamed?: number | undefined;
  readonly action?: ActivityAction | undefined;
  readonly metadata?: string | undefined;
  readonly clearReason?: string | undefined;
  readonly eventId?: string | undefined;
  readonly occurredAt?: number | undefined;
}

/**
 * Runs what a call does. Where that would alter a closed period, nothing of it happens: the call is kept as a question for
 * an administrator, and the answer is undefined.
 */
export const holdIfClosed = async <T>(
  ctx: Ctx<CommunityActor>,
  call: HeldCall,
  run: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await run();
  } catch (error) {
    if (!isPeriodClosed(error)) throw error;
    const createdAt = ctx.clock.now();
    const id = ctx.newId(createdAt);
    const occurredAt = call.occurredAt ?? createdAt;
    await runBatch(ctx.db, [
      insertQuestion({
        communityId: ctx.actor.community.id,
        id,
        createdAt,
        eventId: call.eventId ?? id,
        serverId: call.serverId,
        occurredAt,
        call: JSON.stringify({ ...call, occurredAt }),
        kind: call.account?.[0].kind ?? '',
        value: call.account?.[0].value ?? '',
      }),
    ]);
    return undefined;
  }
};
