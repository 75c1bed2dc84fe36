import { planLogEntries } from '../../../core/logs/append-log-entries.ts';
import { MAX_ENTRIES } from '../log-entry.ts';
import { INBOUND_COLUMNS, ITEM_SCHEMAS } from './items.ts';
import type { Kind } from './kinds.ts';
import { readItems } from './read-items.ts';

/** Items as `POST /api/v1/activity_log` takes them. */
export const activityLog: Kind = {
  maxItems: MAX_ENTRIES,
  columns: INBOUND_COLUMNS['activity-log'],

  read: (items) => {
    const { refused, accepted } = readItems(ITEM_SCHEMAS['activity-log'], items);
    return {
      refused,
      plan: (ctx) => ({ steps: accepted.length > 0 ? [planLogEntries(ctx, accepted)] : [] }),
    };
  },

  // An answer keeps what each kind records as JSON: it is what `plan` said.
  toWire: (recorded) => recorded as { id: number },
};
