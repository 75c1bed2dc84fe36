import type { Family } from '../kit/family.ts';
import { accountActivityDialect } from './dialect.ts';
import { listActivities } from './list-activities.ts';

/** `/scr/api/...`: the Account Activity report. */
export const accountActivity: Family = {
  name: 'account-activity',
  prefixes: ['/scr/api'],
  dialect: accountActivityDialect,
  operations: [listActivities],
};
