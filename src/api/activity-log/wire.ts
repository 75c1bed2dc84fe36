import * as v from 'valibot';
import { MAX_TIMESTAMP } from '../../core/logs/log-id.ts';
import type { LogEntry, LogFilter } from '../../core/logs/model.ts';
import { eachOf, unionBy } from '../kit/batch.ts';
import { documented, integer, integerText, jsonRecord, object } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';
import { logName, logUsername, MAX_ENTRIES, newEntrySchema, UNIX_SECONDS } from '../wire/log-entry.ts';

const oneSchema = v.pipe(
  newEntrySchema,
  v.transform((entry) => ({ entry })),
);
const batchSchema = eachOf(newEntrySchema, MAX_ENTRIES);
const arraySchema = v.pipe(
  batchSchema,
  v.transform((items) => ({ items })),
);
const wrappedSchema = v.pipe(
  object({ entries: batchSchema }),
  v.transform(({ entries }) => ({ items: entries })),
);

/** One entry, an array of entries, or `{"entries": [...]}`. */
export const appendBody = unionBy([oneSchema, arraySchema, wrappedSchema], (body) => {
  if (Array.isArray(body)) return arraySchema;
  const isWrapped =
    typeof body === 'object' &&
    body !== null &&
    Object.hasOwn(body, 'entries') &&
    !Object.hasOwn(body, 'platform');
  return isWrapped ? wrappedSchema : oneSchema;
});

const instantText = integerText(0, MAX_TIMESTAMP, UNIX_SECONDS);

const MAX_ACTION_TYPES = 20;

/** One action type, or several with commas between them. */
const actionTypes = v.pipe(
  v.string(),
  v.transform((value) => [...new Set(value.split(',').map((name) => name.trim()))]),
  v.check((names) => names.length <= MAX_ACTION_TYPES, fieldMessage('count', 1, MAX_ACTION_TYPES)),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const [issue] = dataset.value.flatMap((name) => v.safeParse(logName, name).issues ?? []);
    if (issue) addIssue({ message: issue.message });
  }),
  documented(WITH_DOCS && { type: 'string', minLength: 1, examples: ['post', 'post,follow'] }),
);

/** The filters of the list, of the count and of deletions. */
export const filterQuery = {
  platform: v.optional(logName),
  serial: v.optional(logName),
  action_type: v.optional(actionTypes),
  username: v.optional(logUsername),
  from: v.optional(instantText),
  to: v.optional(instantText),
};

/** The body of a call that deletes all: what names a filter, or is no object, cannot be meant so. */
export const noFilterBody = v.pipe(
  v.optional(jsonRecord, {}),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input = dataset.value;
    for (const key of Object.keys(input)) {
      if (!Object.hasOwn(filterQuery, key)) continue;
      addIssue({
        message: fieldMessage('no_filter'),
        path: [{ type: 'object', origin: 'value', input, key, value: input[key] }],
      });
    }
  }),
  documented(WITH_DOCS && { type: 'object', maxProperties: 0 }),
);

/** Filters in words, for the audit trail: `platform=tiktok, to=1707725000`. */
export const describeFilter = (query: FilterQuery): string =>
  Object.entries(query)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join(', ');

type FilterQuery = v.InferOutput<v.ObjectSchema<typeof filterQuery, undefined>>;

export const toFilter = ({ platform, serial, action_type, username, from, to }: FilterQuery): LogFilter => ({
  platform,
  serial,
  actionTypes: action_type,
  username,
  from,
  to,
});

export const logEntrySchema = () =>
  v.object({
    id: integer(0),
    platform: v.string(),
    serial: v.string(),
    action_type: v.string(),
    action_detail: v.nullable(v.string()),
    username: v.nullable(v.string()),
    timestamp: integer(0, MAX_TIMESTAMP),
  });

export const toLogEntryWire = (entry: LogEntry) => ({
  id: entry.id,
  platform: entry.platform,
  serial: entry.serial,
  action_type: entry.actionType,
  action_detail: entry.actionDetail,
  username: entry.username,
  timestamp: entry.timestamp,
});

/** The columns of the CSV: the fields of an entry, in their order. */
export const LOG_ENTRY_COLUMNS = [
  'id',
  'platform',
  'serial',
  'action_type',
  'action_detail',
  'username',
  'timestamp',
] as const satisfies readonly (keyof ReturnType<typeof toLogEntryWire>)[];

export const NEW_ENTRY_EXAMPLE = {
  platform: 'tiktok',
  serial: 'device_serial_123',
  action_type: 'post',
  action_detail: 'Published video successfully',
  username: 'user123',
  timestamp: 1_707_725_000,
};
export const LOG_ENTRY_EXAMPLE = { id: 1_790_679_449_600_000, ...NEW_ENTRY_EXAMPLE };
