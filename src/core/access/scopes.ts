/** What a credential may do. */
export const SCOPES = [
  'sessions:read',
  'sessions:write',
  'logs:read',
  'logs:write',
  'logs:delete',
  'account-activity:read',
  'account-activity:write',
  'admin',
] as const;

export type Scope = (typeof SCOPES)[number];

export const parseScopes = (text: string): Scope[] =>
  SCOPES.filter((scope) => text.split(' ').includes(scope));
