import * as v from 'valibot';
import { listQuestions as list } from '../../../core/sessions/periods/decide-question.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { listSchema, readIdCursor, toListWire } from '../../wire/list.ts';
import { QUESTION_EXAMPLE, questionSchema, toQuestionWire } from './wire.ts';

export const listPeriodQuestions = defineOperation({
  method: 'GET',
  path: '/v2/community/periods/questions',
  access: { scope: 'sessions:read' },
  query: v.object({
    status: v.optional(v.picklist(['open', 'all']), 'open'),
    ...pageQuery(100, 1000),
  }),
  docs: WITH_DOCS && {
    operationId: 'listPeriodQuestions',
    tag: 'Closed periods',
    summary: 'List the calls that would have changed a closed period, oldest first',
    description: 'Nothing of such a call has happened. An administrator accepts or dismisses it.',
    answer: {
      schema: listSchema(questionSchema()),
      example: { items: [QUESTION_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
  },
  handle: async ({ ctx, query: { status, limit, cursor } }) => {
    const scope = JSON.stringify(['questions', ctx.actor.community.publicId, status]);
    const afterId = readIdCursor(cursor, scope);
    const page = await list(ctx, { isOpen: status === 'open', limit, afterId });
    return toListWire(page, scope, ({ id }) => [id], toQuestionWire);
  },
});
