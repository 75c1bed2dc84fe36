import * as v from 'valibot';
import { eachOf, unionBy } from '../../kit/batch.ts';
import { MAX_ACTIVITIES, newActivitySchema } from '../../wire/account-activity.ts';

const oneSchema = v.pipe(
  newActivitySchema,
  v.transform((activity) => ({ activity })),
);
const arraySchema = v.pipe(
  eachOf(newActivitySchema, MAX_ACTIVITIES),
  v.transform((items) => ({ items })),
);

/** One record or an array of them. */
export const recordBody = unionBy([oneSchema, arraySchema], (body) =>
  Array.isArray(body) ? arraySchema : oneSchema,
);

export const NEW_ACTIVITY_EXAMPLE = {
  category: 'PROCESSES_VIEWED',
  type: 'PROCESS_VIEWED',
  user: 'user_email_1@website.com',
  time: '2026-04-15T09:30:00.000+02:00',
  eventId: 'view-4711',
  properties: { activityName: 'Onboarding', spaceName: 'People' },
};

const recordedSchema = () => v.object({ status: v.picklist(['recorded', 'duplicate']), id: v.string() });
const rejectedSchema = () =>
  v.object({
    status: v.literal('rejected'),
    errors: v.array(v.object({ path: v.string(), message: v.string() })),
  });

export const recordedAnswerSchema = () =>
  v.union([
    recordedSchema(),
    v.object({ accepted: v.number(), results: v.array(v.union([recordedSchema(), rejectedSchema()])) }),
  ]);

export const RECORDED_EXAMPLE = { status: 'recorded', id: '019d8e5a-2c00-7e11-9c22-a1b2c3d4e5f6:0000' };
