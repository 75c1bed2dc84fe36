/** What the servers are called: read once a minute at most, and kept while the console is open. */
import { t } from '../i18n/index.ts';
import { api, call, type Data } from './api.ts';
import { useQuery } from './query.ts';

export type Server = Data<'listServers'>['servers'][number];
export type ServerNames = ReadonlyMap<number, string>;

export const readServers = async (): Promise<readonly Server[]> =>
  (await call(() => api.GET('/v2/community/servers', { params: { query: { include: 'all' } } }))).servers;

export const serverName = (id: number, names: ServerNames): string =>
  names.get(id) ?? t('servers.number', { id: String(id) });

/** Names by number; a server without one shows its number. */
export const useServerNames = (): ServerNames => {
  const query = useQuery('server-names', readServers);
  return new Map((query.data ?? []).flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));
};
