/** How closed periods and the questions about them look on the wire. */
import * as v from 'valibot';
import type { Question } from '../../../core/sessions/periods/decide-question.ts';
import type { Period, PeriodTotal } from '../../../core/sessions/periods/period.ts';
import { dateTime, text, uuid } from '../../kit/fields.ts';
import { isoOrNull } from '../../wire/access.ts';

export const periodParams = v.object({ periodId: uuid });
export const questionParams = v.object({ questionId: uuid });
export const noteSchema = text(0, 500);

const actorSchema = () => v.object({ kind: v.string(), id: v.string(), name: v.string() });

export const periodSchema = () =>
  v.object({
    id: v.string(),
    status: v.picklist(['closed', 'reopened']),
    from: v.nullable(dateTime()),
    to: dateTime(),
    note: v.nullable(v.string()),
    closedAt: dateTime(),
    closedBy: actorSchema(),
    reopenedAt: v.nullable(dateTime()),
    reopenedBy: v.nullable(actorSchema()),
    accounts: v.number(),
    seconds: v.number(),
    hash: v.string(),
  });

const ID = '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e60';
const BY = { kind: 'api-key', id: '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e5f', name: 'Payroll' };

export const PERIOD_EXAMPLE = {
  id: ID,
  status: 'closed',
  from: '2026-02-28T23:00:00.000Z',
  to: '2026-03-31T22:00:00.000Z',
  note: 'March',
  closedAt: '2026-04-02T08:00:00.000Z',
  closedBy: BY,
  reopenedAt: null,
  reopenedBy: null,
  accounts: 31,
  seconds: 1_234_800,
  hash: 'f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2',
};

export const toPeriodWire = (period: Period) => ({
  id: period.id,
  status: period.reopenedAt === null ? 'closed' : 'reopened',
  from: period.from === 0 ? null : isoOrNull(period.from),
  to: isoOrNull(period.to),
  note: period.note,
  closedAt: isoOrNull(period.closedAt),
  closedBy: period.closedBy,
  reopenedAt: isoOrNull(period.reopenedAt),
  reopenedBy: period.reopenedBy,
  accounts: period.accounts,
  seconds: Math.round(period.ms / 1000),
  hash: period.hash,
});

export const periodSumsSchema = {
  seconds: v.number(),
  hours: v.number(),
  confirmedSeconds: v.number(),
  unconfirmedSeconds: v.number(),
  watchedSeconds: v.number(),
  sessions: v.number(),
};

/** Whole seconds, of which the confirmed and the others add up. */
export const toPeriodSums = ({ ms, confirmedMs, watchedMs, sessions }: Omit<PeriodTotal, 'accountId'>) => {
  const seconds = Math.round(ms / 1000);
  const confirmedSeconds = Math.min(seconds, Math.round(confirmedMs / 1000));
  return {
    seconds,
    hours: Math.round(seconds / 36) / 100,
    confirmedSeconds,
    unconfirmedSeconds: seconds - confirmedSeconds,
    watchedSeconds: Math.min(confirmedSeconds, Math.round(watchedMs / 1000)),
    sessions,
  };
};

export const PERIOD_SUMS_EXAMPLE = {
  seconds: 36_000,
  hours: 10,
  confirmedSeconds: 36_000,
  unconfirmedSeconds: 0,
  watchedSeconds: 30_000,
  sessions: 4,
};

export const questionSchema = () =>
  v.object({
    id: v.string(),
    periodId: v.string(),
    at: dateTime(),
    occurredAt: dateTime(),
    serverId: v.number(),
    accId: v.nullable(v.string()),
    identifiers: v.array(v.object({ type: v.string(), value: v.string() })),
    action: v.string(),
    eventId: v.nullable(v.string()),
    decision: v.nullable(v.picklist(['accepted', 'dismissed'])),
    decidedAt: v.nullable(dateTime()),
    decidedBy: v.nullable(v.string()),
    remaining: v.optional(v.number()),
  });

export const QUESTION_EXAMPLE = {
  id: '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e61',
  periodId: ID,
  at: '2026-04-02T09:00:00.000Z',
  occurredAt: '2026-03-31T21:30:00.000Z',
  serverId: 1,
  accId: '00000000-0000-0000-0000-000000000000',
  identifiers: [{ type: 'discord', value: '80351110224678912' }],
  action: 'stop',
  eventId: 'leave-4711',
  decision: null,
  decidedAt: null,
  decidedBy: null,
};

export const toQuestionWire = ({ call, ...question }: Question) => ({
  id: question.id,
  periodId: question.periodId,
  at: isoOrNull(question.createdAt),
  occurredAt: isoOrNull(question.occurredAt),
  serverId: call.serverId,
  accId: question.accountId,
  identifiers: [...(call.account ?? []), ...(call.accounts ?? []).map(({ ref: [first] }) => first)].map(
    ({ kind, value }) => ({ type: kind, value }),
  ),
  action: call.kind === 'activity' ? (call.action ?? 'toggle') : call.kind,
  eventId: call.eventId ?? null,
  decision: question.decision,
  decidedAt: isoOrNull(question.decidedAt),
  decidedBy: question.decidedBy,
  ...(question.remaining !== undefined && { remaining: question.remaining }),
});
