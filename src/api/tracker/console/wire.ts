/** Whom a console session is of, and what it may do. */
import * as v from 'valibot';
import type { CommunityActor } from '../../../core/access/actor.ts';
import { SCOPES } from '../../../core/access/scopes.ts';
import { WEEK_STARTS } from '../../../lib/calendar-spans.ts';
import { dateTime } from '../../kit/fields.ts';
import { isoOrNull } from '../../wire/access.ts';

export const consoleSessionSchema = () =>
  v.object({
    community: v.object({ id: v.string(), name: v.string() }),
    credential: v.object({
      kind: v.picklist(['api-key', 'service-id', 'anonymous', 'inbound-webhook']),
      id: v.string(),
      name: v.string(),
      scopes: v.array(v.picklist(SCOPES)),
      expiresAt: v.nullable(dateTime()),
    }),
    timezone: v.string(),
    weekStart: v.picklist(WEEK_STARTS),
  });

export const CONSOLE_SESSION_EXAMPLE = {
  community: { id: '019d8e5a-2c00-7aaa-8bbb-0123456789ab', name: 'Night Shift RP' },
  credential: {
    kind: 'api-key',
    id: '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e5f',
    name: 'Marta',
    scopes: ['sessions:read', 'sessions:write'],
    expiresAt: null,
  },
  timezone: 'Europe/Madrid',
  weekStart: 'monday',
};

export const toConsoleSessionWire = ({ kind, id, name, scopes, expiresAt, community }: CommunityActor) => ({
  community: { id: community.publicId, name: community.name },
  credential: { kind, id, name, scopes, expiresAt: isoOrNull(expiresAt) },
  timezone: community.settings.timezone,
  weekStart: community.settings.weekStart,
});
