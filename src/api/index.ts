import { accountActivity } from './account-activity/index.ts';
import { activityLog } from './activity-log/index.ts';
import { admin } from './admin/index.ts';
import { hooks } from './hooks/index.ts';
import type { Family } from './kit/family.ts';
import { oauth } from './oauth/index.ts';
import { tracker } from './tracker/index.ts';
import { trackerV1 } from './tracker-v1/index.ts';

/** Every API family: mounted by the app, documented by scripts/build-docs.ts, walked by the tests. */
export const families: readonly Family[] = [
  tracker,
  trackerV1,
  activityLog,
  accountActivity,
  oauth,
  hooks,
  admin,
];
