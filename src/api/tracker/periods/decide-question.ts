import { acceptQuestion, dismissQuestion } from '../../../core/sessions/periods/decide-question.ts';
import { defineOperation } from '../../kit/operation.ts';
import { QUESTION_EXAMPLE, questionParams, questionSchema, toQuestionWire } from './wire.ts';

const decided = (decision: string) => ({
  ...QUESTION_EXAMPLE,
  decision,
  decidedAt: '2026-04-03T08:00:00.000Z',
  decidedBy: 'Payroll',
});

export const acceptPeriodQuestion = defineOperation({
  method: 'POST',
  path: '/v2/community/periods/questions/{questionId}/accept',
  access: { scope: 'periods:write' },
  params: questionParams,
  docs: WITH_DOCS && {
    operationId: 'acceptPeriodQuestion',
    tag: 'Closed periods',
    summary: 'Accept a question: the call happens as if it had come in time',
    description:
      'The period stays closed; its totals and their hash are those after the call. It is on the audit trail. A roster of many accounts takes several calls: while an answer has `remaining` (the accounts that are left), accept it again with another `Idempotency-Key`.',
    answer: { schema: questionSchema(), example: decided('accepted') },
    errors: ['question_not_found', 'question_decided'],
  },
  handle: async ({ ctx, params }) => toQuestionWire(await acceptQuestion(ctx, params.questionId)),
});

export const dismissPeriodQuestion = defineOperation({
  method: 'POST',
  path: '/v2/community/periods/questions/{questionId}/dismiss',
  access: { scope: 'periods:write' },
  params: questionParams,
  docs: WITH_DOCS && {
    operationId: 'dismissPeriodQuestion',
    tag: 'Closed periods',
    summary: 'Dismiss a question: the period stays as it is',
    answer: { schema: questionSchema(), example: decided('dismissed') },
    errors: ['question_not_found', 'question_decided'],
  },
  handle: async ({ ctx, params }) => toQuestionWire(await dismissQuestion(ctx, params.questionId)),
});
