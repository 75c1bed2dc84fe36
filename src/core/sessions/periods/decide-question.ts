import { readRows, runBatch } from '../../../db/client.ts';
import { type Page, pageOf } from '../../../lib/page.ts';
import type { CommunityActor } from '../../access/actor.ts';
import { audited } from '../../audit/audit.ts';
import type { Ctx } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { selectObservation } from '../late/call-queries.ts';
import { replayRoster } from '../late/replay-roster.ts';
import { recordActivity } from '../record-activity.ts';
import { resetServer } from '../reset-server.ts';
import { totalsInChunks } from './close-period.ts';
import type { HeldCall } from './hold-call.ts';
import { getPeriod } from './list-periods.ts';
import { hashPeriod } from './period-hash.ts';
import { deletePeriodTotals, toPeriod, unlockPeriods, updatePeriodTotals } from './period-queries.ts';
import {
  decideQuestion as decide,
  forgetOpenSessions,
  type QuestionRow,
  selectOpenQuestions,
  selectPeriodsAfter,
  selectQuestion,
  selectQuestions,
} from './question-queries.ts';
import { computeTotals } from './verify-period.ts';

/** A call that would have changed a closed period. Epoch milliseconds. */
export interface Question {
  readonly id: string;
  readonly createdAt: number;
  readonly periodId: string;
  readonly accountId: string | null;
  readonly occurredAt: number;
  readonly call: HeldCall;
  readonly decision: 'accepted' | 'dismissed' | null;
  readonly decidedAt: number | null;
  readonly decidedBy: string | null;
  /** Of a roster that is being accepted: how many of its accounts are left, so that it has to be accepted again. */
  readonly remaining?: number;
}

/** Statements of an acceptance beside those of its accounts: the call, and the totals after it. */
const STATEMENTS = 33;

/** Those of an account of a roster: what is known, and what changes. */
const STATEMENTS_PER_ACCOUNT = 6;

const toQuestion = (row: QuestionRow): Question => ({
  id: row.id,
  createdAt: row.created_at,
  periodId: row.period_id,
  accountId: row.account_id,
  occurredAt: row.occurred_at,
  call: JSON.parse(row.call),
  decision: row.decision,
  decidedAt: row.decided_at,
  decidedBy: row.decided_by,
});

/** A page of questions, oldest first; of those that wait for a decision, or of all. */
export const listQuestions = async (
  ctx: Ctx<CommunityActor>,
  { isOpen, afterId = '', limit }: { isOpen: boolean; afterId?: string | undefined; limit: number },
): Promise<Page<Question>> => {
  const values = { communityId: ctx.actor.community.id, afterId, limit: limit + 1 };
  const rows = await readRows(ctx.db, isOpen ? selectOpenQuestions(values) : selectQuestions(values));
  return pageOf(rows.map(toQuestion), limit);
};

/** @throws DomainError question_not_found, question_decided */
const findOpenQuestion = async (ctx: Ctx<CommunityActor>, id: string): Promise<Question> => {
  const question = await findQuestion(ctx, id);
  if (question.decision !== null) {
    throw new DomainError('question_decided', { id, decision: question.decision });
  }
  return question;
};

const findQuestion = async (ctx: Ctx<CommunityActor>, id: string): Promise<Question> => {
  const [row] = await readRows(ctx.db, selectQuestion({ communityId: ctx.actor.community.id, id }));
  if (!row) throw new DomainError('question_not_found', { id });
  return toQuestion(row);
};

/** Leaves the period as it is. @throws DomainError question_not_found, question_decided */
export const dismissQuestion = (ctx: Ctx<CommunityActor>, id: string): Promise<Question> =>
  audited(ctx, ctx.actor.community.id, async (audit) => {
    const question = await findOpenQuestion(ctx, id);
    const [begun] = await readRows(
      ctx.db,
      selectObservation({ communityId: ctx.actor.community.id, eventId: id }),
    );
    // A part of it has happened: what is accepted in part can only be accepted.
    if (begun) throw new DomainError('question_decided', { id, decision: 'accepted' });
    await runBatch(ctx.db, [
      decide(decisionOf(ctx, id, 'dismissed')),
      await audit.record(entryOf(question, 'dismissed')),
    ]);
    return findQuestion(ctx, id);
  });

/**
 * Lets the call happen, as if it had come in time, and keeps what the period comes to then. Cut off on the way, it can be
 * accepted again: the call is the same event. A roster of many accounts has to be: one invocation has not the statements
 * for all of them.
 * @throws DomainError question_not_found, question_decided, and what the call can throw
 */
export const acceptQuestion = async (ctx: Ctx<CommunityActor>, id: string): Promise<Question> => {
  const { id: communityId, publicId } = ctx.actor.community;
  const question = await findOpenQuestion(ctx, id);
  const { occurredAt, accountId } = question;
  const unlock = (account: string | null) =>
    runBatch(ctx.db, [unlockPeriods({ communityId, accountId: account })], { isRepeatable: true });
  await unlock(accountId ?? '*');
  let remaining: number;
  try {
    remaining = await replay(ctx, question.call, id);
  } finally {
    await unlock(null);
  }
  if (remaining > 0) return { ...question, remaining };
  return audited(ctx, communityId, async (audit) => {
    await findOpenQuestion(ctx, id);
    // A call that came after the period can reach into it: a stop that is believed.
    const asked = await getPeriod(ctx, question.periodId);
    const at = Math.min(occurredAt, asked.from);
    const rows = await readRows(ctx.db, selectPeriodsAfter({ communityId, at }));
    const changes = [];
    for (const period of rows.map(toPeriod)) {
      await runBatch(ctx.db, [forgetOpenSessions({ communityId, periodId: period.id, to: period.to })], {
        isRepeatable: true,
      });
      const { totals } = await computeTotals(ctx, period);
      changes.push([
        deletePeriodTotals({ communityId, periodId: period.id }),
        totalsInChunks(communityId, period.id, totals),
        updatePeriodTotals({
          communityId,
          id: period.id,
          hash: await hashPeriod(period.sealedAs ?? publicId, period, totals),
          accounts: totals.length,
          ms: totals.reduce((sum, total) => sum + total.ms, 0),
        }),
      ]);
    }
    await runBatch(ctx.db, [
      changes,
      decide(decisionOf(ctx, id, 'accepted')),
      await audit.record(entryOf(question, 'accepted')),
    ]);
    return findQuestion(ctx, id);
  });
};

/** Makes the call. @returns how many accounts of a roster are left for another time */
const replay = async (ctx: Ctx<CommunityActor>, call: HeldCall, id: string): Promise<number> => {
  const { kind, account, action, accounts = [], unnamed = 0, ...rest } = call;
  if (kind === 'roster') {
    const { serverId, occurredAt: observedAt = 0 } = call;
    const left = ctx.config.limits.statements - STATEMENTS;
    const most = Math.max(1, Math.floor(left / STATEMENTS_PER_ACCOUNT));
    return replayRoster(ctx, { serverId, accounts, unnamed, observedAt, eventId: id }, most);
  }
  // A call without an id of its own gets the question's, so that a second try is a repeat.
  const event = { ...rest, eventId: rest.eventId ?? id };
  if (kind === 'reset') await resetServer(ctx, event);
  else if (account && action) await recordActivity(ctx, { ...event, account, action });
  return 0;
};

const decisionOf = (ctx: Ctx<CommunityActor>, id: string, decision: 'accepted' | 'dismissed') => ({
  communityId: ctx.actor.community.id,
  id,
  decision,
  at: ctx.clock.now(),
  by: ctx.actor.name,
});

const entryOf = ({ id, periodId }: Question, decision: 'accepted' | 'dismissed') => ({
  type: decision === 'accepted' ? 'QUESTION_ACCEPTED' : 'QUESTION_DISMISSED',
  what: `${decision} the question ${id} about the period ${periodId}`,
  target: { type: 'PERIOD', name: periodId },
  properties: { questionId: id },
});
