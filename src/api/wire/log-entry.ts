/** How a new log entry looks on the wire: in the Activity Log's own API, and to inbound webhooks. */
import * as v from 'valibot';
import { MAX_TIMESTAMP } from '../../core/logs/log-id.ts';
import type { NewLogEntry } from '../../core/logs/model.ts';
import {
  integer,
  isIntegerWithin,
  isJsonObject,
  isPlainText,
  object,
  text,
  withShortcut,
} from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';

/** As many entries as one call may bring. */
export const MAX_ENTRIES = 1_000;

const MAX_NAME = 128;
const MAX_USERNAME = 256;
const MAX_DETAIL = 4096;

/** A platform, a serial, an action type or an event's id. */
export const logName = text(1, MAX_NAME);
export const logUsername = text(0, MAX_USERNAME);
/** Milliseconds and fractions are the usual mistakes, and each is told how to mend it. */
export const UNIX_SECONDS = ({ input }: { input: unknown }): string =>
  isFraction(Number(typeof input === 'object' ? Number.NaN : input))
    ? fieldMessage('whole_seconds', Number(input))
    : fieldMessage('unix_seconds', 0, MAX_TIMESTAMP);

const isFraction = (seconds: number): boolean =>
  !Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_TIMESTAMP;

/** What an entry of a body must be. Null counts as absent. */
export const entrySchema = v.pipe(
  object({
    platform: logName,
    serial: logName,
    action_type: logName,
    action_detail: v.nullish(text(0, MAX_DETAIL)),
    username: v.nullish(logUsername),
    timestamp: v.nullish(integer(0, MAX_TIMESTAMP, UNIX_SECONDS)),
    event_id: v.nullish(logName),
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

/** An entry as nearly all of them are: validated by the schema, a thousand of them would cost a third of their call. */
export const readPlainEntry = (value: unknown): NewLogEntry | undefined => {
  if (!isJsonObject(value)) return undefined;
  const { platform, serial, action_type: actionType } = value;
  const {
    action_detail: actionDetail = null,
    username = null,
    timestamp = null,
    event_id: eventId = null,
  } = value;
  return isPlainText(platform, 1, MAX_NAME) &&
    isPlainText(serial, 1, MAX_NAME) &&
    isPlainText(actionType, 1, MAX_NAME) &&
    (actionDetail === null || isPlainText(actionDetail, 0, MAX_DETAIL)) &&
    (username === null || isPlainText(username, 0, MAX_USERNAME)) &&
    (timestamp === null || isIntegerWithin(timestamp, 0, MAX_TIMESTAMP)) &&
    (eventId === null || isPlainText(eventId, 1, MAX_NAME))
    ? { platform, serial, actionType, actionDetail, username, timestamp, eventId }
    : undefined;
};

/** The same, by the short way where it can be. */
export const newEntrySchema = withShortcut(entrySchema, readPlainEntry);
