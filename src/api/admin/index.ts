import type { Family } from '../kit/family.ts';
import { problemDialect } from '../kit/problem.ts';
import { changeCommunity } from './change-community.ts';
import { closeOperatorSession } from './close-operator-session.ts';
import { createCommunity } from './create-community.ts';
import { deleteCommunity } from './delete-community.ts';
import { getCommunity } from './get-community.ts';
import { getOperatorSession } from './get-operator-session.ts';
import { getStats } from './get-stats.ts';
import { getStatus } from './get-status.ts';
import { listCommunities } from './list-communities.ts';
import { openOperatorSession } from './open-operator-session.ts';

/** The operator's surface, opened by the secret ADMIN_TOKEN only. */
export const admin: Family = {
  name: 'admin',
  prefixes: ['/admin'],
  dialect: problemDialect,
  operations: [
    getStatus,
    getStats,
    listCommunities,
    createCommunity,
    getCommunity,
    changeCommunity,
    deleteCommunity,
    openOperatorSession,
    getOperatorSession,
    closeOperatorSession,
  ],
};
