import * as v from 'valibot';
import type { ActivityRecord } from '../../core/account-activity/activity-record.ts';
import { ACTIVITY_TYPES, type ActivityType, leavesOf } from '../../core/account-activity/activity-type.ts';
import { documented, pageQuery, queryZonedInstant, text, type ZonedInstant } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';

const MAX_DAYS = 31;
const MAX_PERIOD_MS = MAX_DAYS * 86_400_000;

/** A date of the query. What a record shows as its `time` is one. */
const reportDate = v.pipe(
  queryZonedInstant,
  documented(
    WITH_DOCS && { type: 'string', format: 'date-time', examples: ['2014-04-01T08:00:00.000-06:00'] },
  ),
);

/**
 * At most 31 days by the clock, or by the calendar of the offsets that the dates came with: all of October in Madrid is 31
 * days, though 745 hours.
 */
const isWithinPeriod = (start: ZonedInstant, end: ZonedInstant): boolean => {
  const clockMs = end.epochMs - start.epochMs;
  return Math.min(clockMs, clockMs + end.offsetMs - start.offsetMs) <= MAX_PERIOD_MS;
};

const isActivityType = (value: string): value is ActivityType =>
  (ACTIVITY_TYPES as readonly string[]).includes(value);

const namesIn = (value: string): string[] => value.split(',').map((name) => name.trim());

const reportTypes = v.pipe(
  v.string(),
  v.check((value) => namesIn(value).every(isActivityType), fieldMessage('types', ACTIVITY_TYPES.join(', '))),
  v.transform((value) => leavesOf(namesIn(value).filter(isActivityType))),
  documented(WITH_DOCS && { type: 'string', examples: ['LOGINS', 'LOGINS,ITEMS_CHANGED'] }),
);

/** Largest page of a report that is asked for in pages. */
const MAX_LIMIT = 5000;

const { limit, cursor } = pageQuery(1000, MAX_LIMIT);

export const reportQuery = v.pipe(
  v.object({
    startDate: reportDate,
    endDate: reportDate,
    type: reportTypes,
    user: v.optional(text(1, 256)),
    limit: v.optional(limit.wrapped),
    cursor,
  }),
  v.forward(
    v.partialCheck(
      [['startDate'], ['endDate']],
      ({ startDate, endDate }) => endDate.epochMs > startDate.epochMs,
      fieldMessage('after', 'startDate'),
    ),
    ['endDate'],
  ),
  v.forward(
    v.partialCheck(
      [['startDate'], ['endDate']],
      ({ startDate, endDate }) => isWithinPeriod(startDate, endDate),
      fieldMessage('period', MAX_DAYS, 'startDate'),
    ),
    ['endDate'],
  ),
);

const recordSchema = () =>
  v.objectWithRest(
    {
      message: v.string(),
      time: v.string(),
      timeStamp: v.string(),
      endTime: v.optional(v.string()),
      type: v.string(),
      subType: v.optional(v.string()),
      user: v.string(),
    },
    v.string(),
  );

export const reportSchema = () => v.object({ records: v.array(recordSchema()) });

/** The properties that the source documents, and that have a column of their own in CSV. */
const CSV_FIELDS = [
  'message',
  'time',
  'timeStamp',
  'endTime',
  'type',
  'subType',
  'user',
  'activityName',
  'activityType',
  'copiedFromProcessName',
  'invitedByUserName',
  'invitedUserName',
  'newGoalName',
  'newLaneName',
  'newParentActivityName',
  'newParentActivityType',
  'oldActivityType',
  'oldGoalName',
  'oldLaneName',
  'oldParentActivityName',
  'oldParentActivityType',
  'parentActivityName',
  'parentGoalName',
] as const;

/** The other properties of a record come as one JSON object: a stream cannot know its columns beforehand. */
export const CSV_HEADER: readonly string[] = [...CSV_FIELDS, 'otherProperties'];

export const toCsvCells = (record: ActivityRecord): (string | null)[] => {
  const others = Object.entries(record).filter(([name]) => !(CSV_FIELDS as readonly string[]).includes(name));
  return [
    ...CSV_FIELDS.map((name) => record[name] ?? null),
    others.length > 0 ? JSON.stringify(Object.fromEntries(others)) : null,
  ];
};

export const REPORT_EXAMPLE = {
  records: [
    {
      message:
        'user user_email_1@website.com opened a login session at 2014-04-01T16:58:39.184-05:00 and it was closed at 2014-04-01T17:40:47.134-05:00',
      time: '2014-04-01T16:58:39.184-05:00',
      timeStamp: '2014-04-01T16:58:39.184-05:00',
      endTime: '2014-04-01T17:40:47.134-05:00',
      type: 'SESSION_TIMEOUT',
      user: 'user_email_1@website.com',
    },
  ],
};
