import type { InboundKind } from '../../../core/hooks/model.ts';
import type { Recorder } from '../../../core/hooks/record-message.ts';
import { accountActivity } from './account-activity.ts';
import { activityLog } from './activity-log.ts';
import { tracker } from './tracker.ts';

/** A kind of inbound webhook: how its items are recorded, and how what was recorded looks on the wire. */
export interface Kind extends Recorder {
  /** @param recorded what the plan has for one item */
  readonly toWire: (recorded: unknown) => Record<string, unknown>;
}

export const KINDS: Readonly<Record<InboundKind, Kind>> = {
  tracker,
  'activity-log': activityLog,
  'account-activity': accountActivity,
};
