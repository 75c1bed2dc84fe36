/** How a new account activity looks on the wire: in its own API, and to inbound webhooks. */

import * as v from 'valibot';
import { RECORD_FIELDS } from '../../core/account-activity/activity-record.ts';
import { INGESTED_TYPES } from '../../core/account-activity/activity-type.ts';
import type { NewActivity } from '../../core/account-activity/record-account-activity.ts';
import { isOneOf } from '../../lib/keys.ts';
import { documented, jsonRecord, object, parseInstant, text } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';

/** As many records as one call may bring. */
export const MAX_ACTIVITIES = 1_000;
const MAX_PROPERTIES = 50;

/** An instant that stays as it was written. */
const instantText = v.pipe(
  v.string(),
  v.check((value) => parseInstant(value) !== undefined, fieldMessage('instant')),
  documented(WITH_DOCS && { type: 'string', format: 'date-time' }),
);

const propertyName = text(1, 64);
const propertyValue = text(0, 4_096);

/** Further texts of a record, none of which may pass for one of its own fields. */
const properties = v.pipe(
  jsonRecord,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input = dataset.value;
    const names = Object.keys(input);
    if (names.length > MAX_PROPERTIES) addIssue({ message: fieldMessage('count', 0, MAX_PROPERTIES) });
    for (const key of names) {
      const refuse = (message: string) =>
        addIssue({ message, path: [{ type: 'object', origin: 'value', input, key, value: input[key] }] });
      if (isOneOf(RECORD_FIELDS, key)) refuse(fieldMessage('reserved', key));
      const issue =
        v.safeParse(propertyName, key).issues?.[0] ?? v.safeParse(propertyValue, input[key]).issues?.[0];
      if (issue) refuse(issue.type === 'string' ? fieldMessage('type', 'string') : issue.message);
    }
  }),
  v.transform((input) =>
    Object.fromEntries(Object.entries(input).map(([key, value]) => [key, String(value)])),
  ),
  documented(
    WITH_DOCS && {
      type: 'object',
      maxProperties: MAX_PROPERTIES,
      additionalProperties: { type: 'string', maxLength: 4_096 },
    },
  ),
);

/** One record of a body. Null counts as absent. */
export const newActivitySchema = v.pipe(
  object({
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
