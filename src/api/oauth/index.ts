import type { Family } from '../kit/family.ts';
import { oauthDialect } from './dialect.ts';
import { getMetadata } from './get-metadata.ts';
import { issueToken } from './issue-token.ts';

/** `/oauth/token`: access tokens for service IDs. A family of its own, because RFC 6749 has its own errors. */
export const oauth: Family = {
  name: 'oauth',
  prefixes: ['/oauth', '/.well-known/oauth-authorization-server'],
  dialect: oauthDialect,
  operations: [issueToken, getMetadata],
};
