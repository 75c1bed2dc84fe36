import { recordAccountActivity as record } from '../../../core/account-activity/record-account-activity.ts';
import { renderIssue } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { languageOf } from '../../kit/request.ts';
import { NEW_ACTIVITY_EXAMPLE, RECORDED_EXAMPLE, recordBody, recordedAnswerSchema } from './wire.ts';

export const recordAccountActivities = defineOperation({
  method: 'POST',
  path: '/v2/community/account-activities',
  access: { scope: 'account-activity:write' },
  body: recordBody,
  docs: WITH_DOCS && {
    operationId: 'recordAccountActivities',
    tag: 'Account Activity',
    summary: 'Record one activity, or up to 1000',
    description:
      'One object answers its id, an array a result for each. A bad one does not affect the others. With ' +
      '`eventId` it is safe to send again: a repeat is a `duplicate` and has the id of the first. `time` ' +
      'and `endTime` are listed exactly as they are sent.',
    bodyExample: NEW_ACTIVITY_EXAMPLE,
    answer: { schema: recordedAnswerSchema(), example: RECORDED_EXAMPLE },
  },
  handle: async ({ ctx, body, http }) => {
    if ('activity' in body) return (await record(ctx, [body.activity]))[0];
    const activities = body.items.flatMap(({ value }) => value ?? []);
    const recorded = (activities.length > 0 ? await record(ctx, activities) : []).values();
    const language = languageOf(http);
    return {
      accepted: activities.length,
      results: body.items.map(({ fault }) =>
        fault
          ? { status: 'rejected', errors: fault.issues.map((issue) => renderIssue(issue, language)) }
          : recorded.next().value,
      ),
    };
  },
});
