/** The servers: who is on where, when each last gave a sign, and its share of the week. */
import { t } from '../i18n/index.ts';
import { api, call } from '../kit/api.ts';
import { useViewer } from '../kit/context.ts';
import { formatDuration, formatHours, formatNumber } from '../kit/format.ts';
import { useNow, useQuery } from '../kit/query.ts';
import { href } from '../kit/route.ts';
import { serverName } from '../kit/servers.ts';
import { addDays, dayAt, MINUTE } from '../kit/time.ts';
import { totalsByServer } from '../kit/totals.ts';
import { Badge, Card, Instant } from '../ui/basics.tsx';
import { PageHead } from '../ui/page.tsx';
import { Empty, Freshness, Reading } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';

const EVERY_MS = 15_000;

interface Row {
  readonly id: number;
  readonly on: number;
  readonly lastSeen: number | undefined;
  readonly seconds: number;
}

const readServers = async (zone: string): Promise<Row[]> => {
  const today = dayAt(Date.now(), zone);
  const [totals, open] = await Promise.all([
    totalsByServer(addDays(today, -6), today, zone),
    call(() => api.GET('/v2/community/activity', { params: { query: { status: 'open', limit: 1000 } } })),
  ]);
  const byServer = Map.groupBy(open.items, ({ serverId }) => serverId);
  const ids = [...new Set([...totals.map(({ serverId }) => serverId), ...byServer.keys()])].sort(
    (a, b) => a - b,
  );
  return ids.map((id) => {
    const sessions = byServer.get(id) ?? [];
    return {
      id,
      on: sessions.length,
      lastSeen:
        sessions.length > 0 ? Math.max(...sessions.map(({ lastSeen }) => Date.parse(lastSeen))) : undefined,
      seconds: totals.find(({ serverId }) => serverId === id)?.seconds ?? 0,
    };
  });
};

export const Servers = () => {
  const { zone, may } = useViewer();
  const now = useNow(5000);
  const query = useQuery('servers', () => readServers(zone), { every: EVERY_MS });
  const all = (query.data ?? []).reduce((sum, { seconds }) => sum + seconds, 0);
  return (
    <>
      <PageHead
        title={t('nav.servers')}
        note={
          <>
            {t('servers.note')} <Freshness query={query} every={EVERY_MS} />
          </>
        }
      />
      <Card flush>
        <Reading query={query}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty
                title={t('servers.none')}
                action={
                  may('admin') ? (
                    <a class="button" href={href(['setup'])}>
                      {t('now.connect')}
                    </a>
                  ) : undefined
                }
              >
                {t('servers.noneText')}
              </Empty>
            ) : (
              <Table
                caption={t('nav.servers')}
                rows={rows}
                keyOf={({ id }) => id}
                columns={[
                  {
                    title: t('servers.server'),
                    isHeader: true,
                    cell: ({ id }) => (
                      <a class="name" href={href(['now'], { server: id })}>
                        {serverName(id)}
                      </a>
                    ),
                  },
                  { title: t('now.on'), isNumber: true, cell: ({ on }) => formatNumber(on) },
                  {
                    title: t('servers.lastSign'),
                    cell: ({ lastSeen, on }) =>
                      lastSeen === undefined ? (
                        <span class="muted">{t('servers.quiet')}</span>
                      ) : now - lastSeen > 5 * MINUTE && on > 0 ? (
                        <Badge tone="warn">{t('now.silent', { time: formatDuration(now - lastSeen) })}</Badge>
                      ) : (
                        <Instant at={lastSeen} zone={zone} now={now} as="ago" />
                      ),
                  },
                  {
                    title: t('servers.week'),
                    isNumber: true,
                    cell: ({ seconds }) => (
                      <span class="bar-cell">
                        <span
                          class="bar"
                          style={{ width: `${all > 0 ? Math.round((seconds / all) * 100) : 0}%` }}
                        />
                        {formatHours(seconds)}
                      </span>
                    ),
                  },
                ]}
              />
            )
          }
        </Reading>
      </Card>
    </>
  );
};
