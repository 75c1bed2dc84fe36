/** How servers look on the wire, and how clients name them. */
import * as v from 'valibot';
import type { ServerName } from '../../../core/servers/name-servers.ts';
import type { Server } from '../../../core/servers/server.ts';
import { cut, dateTime, documented, integer, integerText, list, object } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { isoOrNull } from '../../wire/access.ts';

const serverSchema = () =>
  v.object({
    id: v.number(),
    name: v.nullable(v.string()),
    description: v.nullable(v.string()),
    open: v.number(),
    lastRosterAt: v.nullable(dateTime()),
    unnamed: v.number(),
    incompleteSince: v.nullable(dateTime()),
  });

export const serversSchema = () => v.object({ servers: v.array(serverSchema()) });

export const SERVERS_EXAMPLE = {
  servers: [
    {
      id: 1,
      name: 'Main Server',
      description: 'Primary gameplay server',
      open: 12,
      lastRosterAt: '2026-04-15T00:00:00.000Z',
      unnamed: 0,
      incompleteSince: null,
    },
  ],
};

export const toServersWire = (servers: readonly Server[]) => ({
  servers: servers.map(({ id, name, description, open, lastRosterAt, unnamed, incompleteSince }) => ({
    id,
    name,
    description,
    open,
    lastRosterAt: isoOrNull(lastRosterAt),
    unnamed,
    incompleteSince: isoOrNull(incompleteSince),
  })),
});

/** A text that is cut where it is too long; blank counts as absent. */
const label = (max: number) =>
  v.nullish(
    v.pipe(
      v.string(),
      v.transform((value) => cut(value, max).trim()),
      documented(WITH_DOCS && { type: 'string', description: `Cut after ${max} characters.` }),
    ),
  );

const serverName = object({
  id: v.nullish(v.union([integer(1), integerText(1)], fieldMessage('at_least', 1))),
  name: label(200),
  description: label(1000),
});

/** Clients send a list of servers, bare or as `servers`; what else they say of a server is not kept. */
export const serversBody = v.pipe(
  v.unknown(),
  v.transform((body) => (Array.isArray(body) ? { servers: body } : body)),
  object({ servers: v.pipe(list(serverName), v.maxLength(1000, fieldMessage('count', 0, 1000))) }),
);

export const toServerNames = ({ servers }: v.InferOutput<typeof serversBody>): ServerName[] =>
  servers.map(({ id, name, description }) => ({
    id: id ?? undefined,
    name: name || undefined,
    description: description || undefined,
  }));

export const SERVERS_BODY_EXAMPLE = {
  servers: [{ id: 1, name: 'Main Server', description: 'Primary gameplay server' }],
};
