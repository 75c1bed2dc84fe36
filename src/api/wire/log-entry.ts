/** How a new log entry looks on the wire: in the Activity Log's own API, and to inbound webhooks. */
import * as v from 'valibot';
import { MAX_TIMESTAMP } from '../../core/logs/log-id.ts';
import type { NewLogEntry } from '../../core/logs/model.ts';
import { integer, object, text } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';

/** As many entries as one call may bring. */
export const MAX_ENTRIES = 1_000;

/** A platform, a serial or an action type. */
export const logName = text(1, 128);
export const logUsername = text(0, 256);
/** Milliseconds and fractions are the usual mistakes, and each is told how to mend it. */
export const UNIX_SECONDS = ({ input }: { input: unknown }): string =>
  isFraction(Number(typeof input === 'object' ? Number.NaN : input))
    ? fieldMessage('whole_seconds', Number(input))
    : fieldMessage('unix_seconds', 0, MAX_TIMESTAMP);

const isFraction = (seconds: number): boolean =>
  !Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_TIMESTAMP;

/** One entry of a body. Null counts as absent. */
export const newEntrySchema = v.pipe(
  object({
    platform: logName,
    serial: logName,
    action_type: logName,
    action_detail: v.nullish(text(0, 4096)),
    username: v.nullish(logUsername),
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
