import * as v from 'valibot';
import { planActivity } from '../../core/sessions/record-activity.ts';
import { toSession } from '../../core/sessions/session.ts';
import { activityBody, toActivity, toSessionWire } from '../wire/activity.ts';
import { serverEntry } from '../wire/inbound-webhook.ts';
import type { Kind } from './kinds.ts';
import { readItems } from './read-items.ts';

const itemSchema = v.intersect([serverEntry, activityBody]);

/** Items as the body of `POST /v2/community/servers/{serverId}/activity` has them, with the `serverId` in them. */
export const tracker: Kind = {
  // Each is half a dozen statements of the one batch.
  maxItems: 100,

  plan: (ctx, items) => {
    const { refused, accepted } = readItems(itemSchema, items);
    const steps = accepted.map(({ serverId, ...body }) =>
      planActivity(ctx, { serverId, ...toActivity(body) }),
    );
    return { refused, steps };
  },

  toWire: (recorded) => ({ session: recorded === null ? null : toShortWire(recorded as object) }),
};

/** Without the metadata, which may have grown over a session's life to more than an answer should keep. */
const toShortWire = (row: object) => {
  const { metadata: _, ...session } = toSessionWire(toSession({ ...row, metadata: '{}' }));
  return session;
};
