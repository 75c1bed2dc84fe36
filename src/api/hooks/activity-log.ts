import { planLogEntries } from '../../core/logs/append-log-entries.ts';
import { MAX_ENTRIES, newEntrySchema } from '../wire/log-entry.ts';
import type { Kind } from './kinds.ts';
import { readItems } from './read-items.ts';

/** Items as `POST /api/v1/activity_log` takes them. */
export const activityLog: Kind = {
  maxItems: MAX_ENTRIES,

  plan: (ctx, items) => {
    const { refused, accepted } = readItems(newEntrySchema, items);
    return { refused, steps: accepted.length > 0 ? [planLogEntries(ctx, accepted)] : [] };
  },

  toWire: (recorded) => recorded as { id: number },
};
