/** What the servers are called: read every five minutes at most, and kept while the console is open. */
import { t } from '../i18n/index.ts';
import { api, call, type Data } from './api.ts';
import { useQuery } from './query.ts';

export type Server = Data<'listServers'>['servers'][number];
export type ServerNames = ReadonlyMap<number, string>;

export const readServers = async (): Promise<readonly Server[]> =>
  (await call(() => api.GET('/v2/community/servers', { params: { query: { include: 'all' } } }))).servers;

export const serverName = (id: number, names: ServerNames): string =>
  names.get(id) ?? t('servers.number', { id: String(id) });

const MINUTE_MS = 60_000;
/** A row read for each person who is on. */
const EVERY_MS = 5 * MINUTE_MS;

export const useServers = (): readonly Server[] =>
  useQuery('server-names', readServers, { every: EVERY_MS }).data ?? [];

export const namesIn = (servers: readonly Server[]): ServerNames =>
  new Map(servers.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));

/** Names by number; a server without one shows its number. */
export const useServerNames = (): ServerNames => namesIn(useServers());

/** Three rosters missed, and time for a slow one. */
const SILENT_MS = 5 * MINUTE_MS;

/**
 * For how long a server has been silent, in milliseconds; undefined where it is not, or where it cannot be told: one that
 * sends no rosters says nothing between a join and a leave.
 * @param seenAt when somebody there was last seen, where that may be known better than when its last roster came
 */
export const silenceOf = (
  server: Pick<Server, 'lastRosterAt'> | undefined,
  now: number,
  seenAt = 0,
): number | undefined => {
  if (!server?.lastRosterAt) return undefined;
  const silence = now - Math.max(Date.parse(server.lastRosterAt), seenAt);
  return silence > SILENT_MS ? silence : undefined;
};
