/** The items that inbound webhooks record: their checks, and the columns that a mapping can fill. */
import * as v from 'valibot';
import { INGESTED_TYPES } from '../../../core/account-activity/activity-type.ts';
import type { Column, Columns } from '../../../core/hooks/columns.ts';
import type { InboundKind } from '../../../core/hooks/model.ts';
import { object } from '../../kit/fields.ts';
import { newActivitySchema } from '../account-activity.ts';
import { activityBody, eventEntries, serverEntries } from '../activity.ts';
import { newEntrySchema } from '../log-entry.ts';

/** What a tracker item can ask for in one word: a flag's name, or none of them. */
const ACTIONS = ['forceStart', 'forceStop', 'forceClear', 'toggle'] as const;

/** What a tracker item has beside the body of the API. */
const trackerEntries = { ...serverEntries, action: v.optional(v.picklist(ACTIONS)) };
const trackerItem = v.intersect([object(trackerEntries), activityBody, object(eventEntries)]);
export type TrackerItem = v.InferOutput<typeof trackerItem>;

export const ITEM_SCHEMAS = {
  tracker: trackerItem,
  'activity-log': newEntrySchema,
  'account-activity': newActivitySchema,
} as const satisfies Record<InboundKind, v.GenericSchema>;

/** The check of each field by itself. */
export const ITEM_ENTRIES: Readonly<Record<InboundKind, Readonly<Record<string, v.GenericSchema>>>> = {
  tracker: { ...trackerEntries, ...activityBody.entries, ...eventEntries },
  'activity-log': newEntrySchema.entries,
  'account-activity': newActivitySchema.entries,
};

const text: Column = { type: 'text' };
const flag: Column = { type: 'flag' };
const instant: Column = { type: 'instant' };
const other: Column = { type: 'other' };
const textUpTo = (cutAt: number): Column => ({ type: 'text', cutAt });

export const INBOUND_COLUMNS: Readonly<Record<InboundKind, Columns>> = {
  tracker: {
    serverId: other,
    accId: text,
    apiId: text,
    discord: text,
    uniqueId: text,
    username: textUpTo(128),
    action: other,
    forceStart: flag,
    forceStop: flag,
    forceClear: flag,
    metadata: { type: 'object' },
    clearReason: textUpTo(200),
    eventId: text,
    occurredAt: instant,
  },
  'activity-log': {
    platform: text,
    serial: text,
    action_type: text,
    action_detail: textUpTo(4096),
    username: textUpTo(256),
    timestamp: { type: 'unix-seconds' },
    event_id: text,
  },
  'account-activity': {
    category: text,
    type: text,
    subType: text,
    user: text,
    time: instant,
    endTime: instant,
    message: textUpTo(4096),
    eventId: text,
    properties: { type: 'texts' },
  },
};

/** A value that each column takes: what a mapping is tried with when it is set. */
export const SAMPLES: Readonly<Record<string, unknown>> = {
  serverId: 1,
  accId: '00000000-0000-0000-0000-000000000000',
  action: 'toggle',
  category: INGESTED_TYPES[0],
  time: '2026-04-15T00:00:00Z',
  endTime: '2026-04-15T00:00:00Z',
  occurredAt: '2026-04-15T00:00:00Z',
  timestamp: 0,
  metadata: {},
  properties: {},
};
