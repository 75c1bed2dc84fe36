import { planAccountActivity } from '../../../core/account-activity/record-account-activity.ts';
import { isJsonObject } from '../../kit/fields.ts';
import { MAX_ACTIVITIES } from '../account-activity.ts';
import { INBOUND_COLUMNS, ITEM_SCHEMAS } from './items.ts';
import type { Kind } from './kinds.ts';
import { readItems } from './read-items.ts';

/** Items as `POST /v2/community/account-activities` takes them, but that one without a `time` is of the time it came. */
export const accountActivity: Kind = {
  maxItems: MAX_ACTIVITIES,
  columns: INBOUND_COLUMNS['account-activity'],

  read: (items, now) => {
    const time = new Date(now).toISOString();
    const { refused, accepted } = readItems(
      ITEM_SCHEMAS['account-activity'],
      items.map((item) => (isJsonObject(item) ? { time, ...item } : item)),
    );
    return {
      refused,
      plan: async (ctx) => ({ steps: accepted.length > 0 ? [await planAccountActivity(ctx, accepted)] : [] }),
    };
  },

  // An answer keeps what each kind records as JSON: it is what `plan` said.
  toWire: (recorded) => recorded as { status: 'recorded' | 'duplicate'; id: string },
};
