/** What the servers are called: read once, and kept while the console is open. */
import { t } from '../i18n/index.ts';

export const serverName = (id: number, names?: ReadonlyMap<number, string>): string =>
  names?.get(id) ?? t('servers.number', { id: String(id) });
