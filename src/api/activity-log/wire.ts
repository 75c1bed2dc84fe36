import * as v from 'valibot';
import { MAX_TIMESTAMP } from '../../core/logs/log-id.ts';
import type { LogEntry, LogFilter, NewLogEntry } from '../../core/logs/model.ts';
import { eachOf, unionBy } from '../kit/batch.ts';
import { integer, integerText, text } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';

const NAME = text(1, 128);
const UNIX_SECONDS = fieldMessage('unix_seconds', 0, MAX_TIMESTAMP);

/** One entry of a body. Null counts as absent. */
export const newEntrySchema = v.pipe(
  v.object({
    platform: NAME,
    serial: NAME,
    action_type: NAME,
    action_detail: v.nullish(text(0, 4096)),
    username: v.nullish(text(0, 256)),
    timestamp: v.nullish(integer(0, MAX_TIMESTAMP, UNIX_SECONDS)),
    event_id: v.nullish(text(1, 128)),
  }),
  v.transform(
    (entry): NewLogEntry => ({
      platform: entry.platform,
      serial: entry.serial,
      actionType: entry.action_type,
      actionDetail: entry.action_detail ?? null,
      username: entry.username ?? null,
      timestamp: entry.timestamp ?? null,
      eventId: entry.event_id ?? null,
    }),
  ),
);

const oneSchema = v.pipe(
  newEntrySchema,
  v.transform((entry) => ({ entry })),
);
const batchSchema = eachOf(newEntrySchema, 1_000);
const arraySchema = v.pipe(
  batchSchema,
  v.transform((items) => ({ items })),
);
const wrappedSchema = v.pipe(
  v.object({ entries: batchSchema }),
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

/** The filters of the list and of the count. */
export const filterQuery = {
  platform: v.optional(NAME),
  serial: v.optional(NAME),
  action_type: v.optional(NAME),
  username: v.optional(text(0, 256)),
  from: v.optional(instantText),
  to: v.optional(instantText),
};

type FilterQuery = v.InferOutput<v.ObjectSchema<typeof filterQuery, undefined>>;

export const toFilter = ({ platform, serial, action_type, username, from, to }: FilterQuery): LogFilter => ({
  platform,
  serial,
  actionType: action_type,
  username,
  from,
  to,
});

export const logEntrySchema = v.object({
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

export const NEW_ENTRY_EXAMPLE = {
  platform: 'tiktok',
  serial: 'device_serial_123',
  action_type: 'post',
  action_detail: 'Published video successfully',
  username: 'user123',
  timestamp: 1_707_725_000,
};
export const LOG_ENTRY_EXAMPLE = { id: 1_790_679_449_600_000, ...NEW_ENTRY_EXAMPLE };
