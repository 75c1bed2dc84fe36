import type { Family } from '../kit/family.ts';
import { appendLogEntries } from './append-log-entries.ts';
import { checkLicense } from './check-license.ts';
import { countLogEntries } from './count-log-entries.ts';
import { deleteAllLogEntries } from './delete-all-log-entries.ts';
import { deleteLogEntries } from './delete-log-entries.ts';
import { deleteLogEntry } from './delete-log-entry.ts';
import { activityLogDialect } from './dialect.ts';
import { getStats } from './get-stats.ts';
import { listDevices } from './list-devices.ts';
import { listLogEntries } from './list-log-entries.ts';

/** `/api/v1/...`: the Activity Log. Its source runs locally and has no credentials. */
export const activityLog: Family = {
  name: 'activity-log',
  prefixes: ['/api/v1'],
  dialect: activityLogDialect,
  allowsAnonymous: true,
  operations: [
    appendLogEntries,
    listLogEntries,
    countLogEntries,
    deleteAllLogEntries,
    deleteLogEntry,
    deleteLogEntries,
    listDevices,
    getStats,
    checkLicense,
  ],
};
