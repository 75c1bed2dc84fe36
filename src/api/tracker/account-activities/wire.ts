import * as v from 'valibot';
import { RECORD_FIELDS } from '../../../core/reports/activity-record.ts';
import { INGESTED_TYPES } from '../../../core/reports/activity-type.ts';
import type { NewActivity } from '../../../core/reports/record-account-activity.ts';
import { documented, isJsonObject, parseInstant, text } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';

const MAX_BATCH = 1_000;
const MAX_PROPERTIES = 50;

/** An instant that stays as it was written. */
const instantText = v.pipe(
  v.string(),
  v.check((value) => parseInstant(value) !== undefined, fieldMessage('instant')),
  documented({ type: 'string', format: 'date-time' }),
);

const propertyName = text(1, 64);
const propertyValue = text(0, 4_096);

/** Further texts of a record, none of which may pass for one of its own fields. */
const properties = v.pipe(
  v.custom<Record<string, string>>(isJsonObject, fieldMessage('object')),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input = dataset.value;
    const names = Object.keys(input);
    if (names.length > MAX_PROPERTIES) addIssue({ message: fieldMessage('count', 0, MAX_PROPERTIES) });
    for (const key of names) {
      const refuse = (message: string) =>
        addIssue({ message, path: [{ type: 'object', origin: 'value', input, key, value: input[key] }] });
      if ((RECORD_FIELDS as readonly string[]).includes(key)) refuse(fieldMessage('reserved', key));
      const issue =
        v.safeParse(propertyName, key).issues?.[0] ?? v.safeParse(propertyValue, input[key]).issues?.[0];
      if (issue) refuse(issue.type === 'string' ? fieldMessage('type', 'string') : issue.message);
    }
  }),
  documented({
    type: 'object',
    maxProperties: MAX_PROPERTIES,
    additionalProperties: { type: 'string', maxLength: 4_096 },
  }),
);

/** One record of a body. Null counts as absent. */
export const newActivitySchema = v.pipe(
  v.object({
    category: v.picklist(INGESTED_TYPES),
    type: text(1, 128),
    subType: v.nullish(text(1, 128)),
    user: text(1, 256),
    time: instantText,
    endTime: v.nullish(instantText),
    message: v.nullish(text(1, 4_096)),
    eventId: v.nullish(text(1, 128)),
    properties: v.nullish(properties),
  }),
  v.forward(
    v.check(
      ({ time, endTime }) => !endTime || (parseInstant(endTime) as number) >= (parseInstant(time) as number),
      fieldMessage('not_before', 'time'),
    ),
    ['endTime'],
  ),
  v.transform(
    (activity): NewActivity => ({
      category: activity.category,
      type: activity.type,
      subType: activity.subType ?? undefined,
      user: activity.user,
      time: activity.time,
      occurredAt: parseInstant(activity.time) as number,
      endTime: activity.endTime ?? undefined,
      message: activity.message ?? undefined,
      eventId: activity.eventId ?? undefined,
      properties: activity.properties ?? undefined,
    }),
  ),
);

const ACTIVITY_DOCS = {
  type: 'object',
  required: ['category', 'type', 'user', 'time'],
  properties: {
    category: { enum: INGESTED_TYPES },
    type: { type: 'string', minLength: 1, maxLength: 128 },
    subType: { type: ['string', 'null'], minLength: 1, maxLength: 128 },
    user: { type: 'string', minLength: 1, maxLength: 256 },
    time: { type: 'string', format: 'date-time' },
    endTime: { type: ['string', 'null'], format: 'date-time' },
    message: { type: ['string', 'null'], minLength: 1, maxLength: 4_096 },
    eventId: { type: ['string', 'null'], minLength: 1, maxLength: 128 },
    properties: {
      type: ['object', 'null'],
      maxProperties: MAX_PROPERTIES,
      additionalProperties: { type: 'string', maxLength: 4_096 },
    },
  },
};

const oneSchema = v.pipe(
  newActivitySchema,
  v.transform((activity) => ({ activity })),
);
/** The items are validated one by one later: a bad one does not cost the others. */
const batchSchema = v.pipe(
  v.array(v.unknown()),
  v.check((items) => items.length >= 1 && items.length <= MAX_BATCH, fieldMessage('count', 1, MAX_BATCH)),
  v.transform((items) => ({ items })),
);

/** One record or an array of them. Its form decides, so that errors name the right field. */
export const recordBody = v.pipe(
  v.lazy(
    (body): v.GenericSchema<unknown, { activity: NewActivity } | { items: unknown[] }> =>
      Array.isArray(body) ? batchSchema : oneSchema,
  ),
  documented({
    anyOf: [ACTIVITY_DOCS, { type: 'array', minItems: 1, maxItems: MAX_BATCH, items: ACTIVITY_DOCS }],
  }),
);

export const NEW_ACTIVITY_EXAMPLE = {
  category: 'PROCESSES_VIEWED',
  type: 'PROCESS_VIEWED',
  user: 'user_email_1@website.com',
  time: '2026-04-15T09:30:00.000+02:00',
  eventId: 'view-4711',
  properties: { activityName: 'Onboarding', spaceName: 'People' },
};

const recordedSchema = v.object({ status: v.picklist(['recorded', 'duplicate']), id: v.string() });
const rejectedSchema = v.object({
  status: v.literal('rejected'),
  errors: v.array(v.object({ path: v.string(), message: v.string() })),
});

export const recordedAnswerSchema = v.union([
  recordedSchema,
  v.object({ accepted: v.number(), results: v.array(v.union([recordedSchema, rejectedSchema])) }),
]);

export const RECORDED_EXAMPLE = { status: 'recorded', id: '019d8e5a-2c00-7e11-9c22-a1b2c3d4e5f6:0000' };
