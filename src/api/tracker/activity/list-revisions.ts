import * as v from 'valibot';
import { listRevisions as list } from '../../../core/sessions/correct-session.ts';
import { pageQuery } from '../../kit/fields.ts';
import { defineOperation } from '../../kit/operation.ts';
import { listSchema, readIdCursor, toListWire } from '../../wire/list.ts';
import { REVISION_EXAMPLE, revisionSchema, sessionParams, toRevisionWire } from './session-wire.ts';

export const listRevisions = defineOperation({
  method: 'GET',
  path: '/v2/community/activity/{activityId}/revisions',
  access: { scope: 'sessions:read' },
  params: sessionParams,
  query: v.object(pageQuery(100, 1000)),
  docs: WITH_DOCS && {
    operationId: 'listActivityRevisions',
    tag: 'Corrections',
    summary: 'List the corrections of a session, oldest first',
    answer: {
      schema: listSchema(revisionSchema()),
      example: { items: [REVISION_EXAMPLE], nextCursor: null },
    },
    errors: ['session_not_found', 'invalid_cursor'],
  },
  handle: async ({ ctx, params: { activityId }, query: { limit, cursor } }) => {
    const scope = JSON.stringify(['revisions', ctx.actor.community.id, activityId]);
    const page = await list(ctx, activityId, { limit, afterId: readIdCursor(cursor, scope) });
    return toListWire(page, scope, (revision) => [revision.id], toRevisionWire);
  },
});
