/** What a credential may do. */
export const SCOPES = [
  'sessions:read',
  'sessions:write',
  'sessions:correct',
  'sessions:import',
  'periods:write',
  'servers:write',
  'logs:read',
  'logs:write',
  'logs:delete',
  'account-activity:read',
  'account-activity:write',
  'audit:read',
  'admin',
] as const;

export type Scope = (typeof SCOPES)[number];

export const parseScopes = (text: string): Scope[] =>
  SCOPES.filter((scope) => text.split(' ').includes(scope));

/** Sets of scopes by the purpose of the key. None administers, and none deletes. */
export const SCOPES_OF_PRESET = {
  'game-server': ['sessions:read', 'sessions:write', 'servers:write'],
  viewer: ['sessions:read', 'logs:read', 'account-activity:read'],
  'log-writer': ['logs:write'],
  auditor: ['sessions:read', 'logs:read', 'account-activity:read', 'audit:read'],
} as const satisfies Readonly<Record<string, readonly Scope[]>>;

export type Preset = keyof typeof SCOPES_OF_PRESET;
export const PRESETS = Object.keys(SCOPES_OF_PRESET) as [Preset, ...Preset[]];
