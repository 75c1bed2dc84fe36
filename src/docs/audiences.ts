/** Whom an operation is for: the second of its tags. */
import type { AnyOperation } from '../api/kit/operation.ts';
import type { Scope } from '../core/access/scopes.ts';

export const AUDIENCES = {
  'Game server': 'What a game server, a bot or a device calls to say what happens.',
  Reader: 'What a page, a report or a spreadsheet reads.',
  Administrator: 'What a community administers, corrects and deletes.',
  Operator: 'What the operator of an installation does, with ADMIN_TOKEN.',
} as const;

export type Audience = keyof typeof AUDIENCES;

const AUDIENCE_OF_SCOPE: Readonly<Record<Scope, Audience>> = {
  'sessions:read': 'Reader',
  'sessions:write': 'Game server',
  'sessions:correct': 'Administrator',
  'sessions:import': 'Administrator',
  'periods:write': 'Administrator',
  'servers:write': 'Game server',
  'logs:read': 'Reader',
  'logs:write': 'Game server',
  'logs:delete': 'Administrator',
  'account-activity:read': 'Reader',
  'account-activity:write': 'Game server',
  'audit:read': 'Reader',
  admin: 'Administrator',
};

export const audienceOf = ({ access, method, path }: AnyOperation): Audience => {
  if (typeof access === 'object') return AUDIENCE_OF_SCOPE[access.scope];
  if (access === 'operator' || path.startsWith('/admin')) return 'Operator';
  if (path.startsWith('/hooks')) return 'Game server';
  return method === 'GET' || path === '/oauth/token' || path.endsWith('console-session')
    ? 'Reader'
    : 'Game server';
};
