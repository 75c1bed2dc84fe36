import { planAccountActivity } from '../../core/account-activity/record-account-activity.ts';
import { MAX_ACTIVITIES, newActivitySchema } from '../wire/account-activity.ts';
import type { Kind } from './kinds.ts';
import { readItems } from './read-items.ts';

/** Items as `POST /v2/community/account-activities` takes them. */
export const accountActivity: Kind = {
  maxItems: MAX_ACTIVITIES,

  plan: async (ctx, items) => {
    const { refused, accepted } = readItems(newActivitySchema, items);
    return { refused, steps: accepted.length > 0 ? [await planAccountActivity(ctx, accepted)] : [] };
  },

  toWire: (recorded) => recorded as { status: 'recorded' | 'duplicate'; id: string },
};
