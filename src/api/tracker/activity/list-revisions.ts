import { listRevisions as list } from '../../../core/sessions/correct-session.ts';
import { defineList } from '../../wire/list.ts';
import { REVISION_EXAMPLE, revisionSchema, sessionParams, toRevisionWire } from './session-wire.ts';

export const listRevisions = defineList({
  path: '/v2/community/activity/{activityId}/revisions',
  access: { scope: 'sessions:read' },
  params: sessionParams,
  list: (ctx, page, { activityId }) => list(ctx, activityId, page),
  idOf: ({ id }) => id,
  toWire: toRevisionWire,
  docs: WITH_DOCS && {
    operationId: 'listActivityRevisions',
    tag: 'Corrections',
    summary: 'List the corrections of a session, oldest first',
    item: { schema: revisionSchema(), example: REVISION_EXAMPLE },
    errors: ['session_not_found'],
  },
});
