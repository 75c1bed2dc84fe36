import { planActivity } from '../../core/sessions/record-activity.ts';
import { toSession } from '../../core/sessions/session.ts';
import type { Issue } from '../../core/webhooks/inbound.ts';
import { activityBody, toActivity, toSessionWire } from '../kit/activity-wire.ts';
import { serverEntry } from '../kit/inbound-wire.ts';
import { check } from '../kit/validate.ts';
import type { Kind } from './kinds.ts';

/** Items as the body of `POST /v2/community/servers/{serverId}/activity` has them, with the `serverId` in them. */
export const tracker: Kind = {
  // Each is half a dozen statements of the one batch.
  maxItems: 100,

  plan: (ctx, items) => {
    const refused = new Map<number, readonly Issue[]>();
    const steps = items.flatMap((item, index) => {
      const server = check(serverEntry, item);
      const body = check(activityBody, item);
      if ('output' in server && 'output' in body) {
        return [planActivity(ctx, { ...server.output, ...toActivity(body.output) })];
      }
      const issues = [server, body].flatMap((checked) => ('issues' in checked ? checked.issues : []));
      // What is no object at all is refused by both.
      refused.set(index, [...new Map(issues.map((issue) => [issue.path, issue])).values()]);
      return [];
    });
    return { refused, steps };
  },

  toWire: (recorded) => ({ session: recorded === null ? null : toShortWire(recorded as object) }),
};

/** Without the metadata, which may have grown over a session's life to more than an answer should keep. */
const toShortWire = (row: object) => {
  const { metadata: _, ...session } = toSessionWire(toSession({ ...row, metadata: '{}' }));
  return session;
};
