/** The servers: who is on where, when each last gave a sign, and its share of the week. */
import { useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { api, call } from '../kit/api.ts';
import { useViewer } from '../kit/context.ts';
import {
  formatAgo,
  formatDateTime,
  formatDuration,
  formatHours,
  formatNumber,
  formatZone,
} from '../kit/format.ts';
import { forget, useNow, useQuery } from '../kit/query.ts';
import { href } from '../kit/route.ts';
import { readServers, type Server, silenceOf } from '../kit/servers.ts';
import { addDays, dayAt } from '../kit/time.ts';
import { totalsByServer } from '../kit/totals.ts';
import { ActionDialog, useToast } from '../ui/actions.tsx';
import { Badge, Card, Instant, TextField } from '../ui/basics.tsx';
import { Icon } from '../ui/icons.tsx';
import { PageHead } from '../ui/page.tsx';
import { Freshness, NothingYet, Reading } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import type { ScreenProps } from './index.ts';
import { OnlineCurve } from './now-curve.tsx';

const EVERY_MS = 15_000;

interface Row extends Server {
  readonly seconds: number;
}

const readRows = async (zone: string): Promise<Row[]> => {
  const today = dayAt(Date.now(), zone);
  const [totals, servers] = await Promise.all([totalsByServer(addDays(today, -6), today), readServers()]);
  const bySeconds = new Map(totals.map(({ serverId, seconds }) => [serverId, seconds]));
  return servers.map((server) => ({ ...server, seconds: bySeconds.get(server.id) ?? 0 }));
};

const LastRoster = ({
  server,
  zone,
  now,
}: {
  readonly server: Row;
  readonly zone: string;
  readonly now: number;
}) => {
  if (server.lastRosterAt === null) return <span class="muted">{t('servers.noRoster')}</span>;
  const silence = silenceOf(server, now);
  return server.open > 0 && silence !== undefined ? (
    <Badge tone="warn">{t('now.silent', { time: formatDuration(silence) })}</Badge>
  ) : (
    <Instant at={server.lastRosterAt} zone={zone} now={now} as="ago" />
  );
};

export const Servers = ({ route }: ScreenProps) => {
  const id = Number(route.path[1]);
  return Number.isInteger(id) ? <OneServer key={id} id={id} route={route} /> : <ServerList />;
};

/** One server: its last roster and what is wrong with it, and how many were on. */
const OneServer = ({ id, route }: ScreenProps & { readonly id: number }) => {
  const { zone, may } = useViewer();
  const now = useNow(5000);
  const [isNaming, setNaming] = useState(false);
  const query = useQuery('servers', () => readRows(zone), { every: EVERY_MS });
  const server = query.data?.find((row) => row.id === id);
  return (
    <>
      <PageHead
        title={<bdi>{server?.name ?? t('servers.number', { id: String(id) })}</bdi>}
        note={
          <>
            <a href={href(['servers'])}>{t('servers.all')}</a> ·{' '}
            {t('state.zone', { zone: formatZone(zone, now) })}
          </>
        }
      >
        <a class="button" href={href(['now'], { server: id })}>
          {t('servers.seeNow')}
        </a>
        {may('servers:write') && server && (
          <button type="button" onClick={() => setNaming(true)}>
            {t('servers.rename')}
          </button>
        )}
      </PageHead>
      <Reading query={query} lines={3}>
        {() =>
          server && (
            <>
              {server.incompleteSince !== null && (
                <div class="banner">
                  <Icon name="warn" />
                  <span class="grow">
                    <strong>
                      {t('servers.incomplete', { n: server.unnamed })}{' '}
                      {t('servers.incompleteSince', {
                        at: formatDateTime(Date.parse(server.incompleteSince), zone),
                      })}
                      .
                    </strong>{' '}
                    {t('servers.incompleteText')}
                  </span>
                </div>
              )}
              <dl class="figures">
                <div>
                  <dt>{t('now.on')}</dt>
                  <dd>{formatNumber(server.open)}</dd>
                </div>
                <div>
                  <dt>{t('servers.week')}</dt>
                  <dd>{formatHours(server.seconds)}</dd>
                </div>
                <div>
                  <dt>{t('servers.lastRoster')}</dt>
                  <dd>{server.lastRosterAt ? formatAgo(Date.parse(server.lastRosterAt), now) : '–'}</dd>
                  <dd>
                    {server.lastRosterAt ? (
                      <Instant at={server.lastRosterAt} zone={zone} />
                    ) : (
                      t('servers.noRoster')
                    )}
                  </dd>
                </div>
              </dl>
            </>
          )
        }
      </Reading>
      <OnlineCurve
        span={route.query.span === 'week' ? 'week' : 'day'}
        zone={zone}
        now={now}
        serverId={id}
        title={t('servers.today')}
      />
      {isNaming && server && (
        <Rename
          server={server}
          onClose={() => setNaming(false)}
          onDone={async () => {
            forget('server-names');
            await query.refresh();
          }}
        />
      )}
    </>
  );
};

const ServerList = () => {
  const { zone, may } = useViewer();
  const now = useNow(5000);
  const [renamed, setRenamed] = useState<Row>();
  const query = useQuery('servers', () => readRows(zone), { every: EVERY_MS });
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
          {(rows) => (
            <Table
              empty={<NothingYet title={t('servers.none')}>{t('servers.noneText')}</NothingYet>}
              caption={t('nav.servers')}
              rows={rows}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: t('servers.server'),
                  isHeader: true,
                  cell: ({ id, name, description }) => (
                    <a class="name" href={href(['now'], { server: id })}>
                      <bdi class="cut">{name ?? t('servers.number', { id: String(id) })}</bdi>
                      {description && <span class="sub">{description}</span>}
                    </a>
                  ),
                },
                { title: t('now.on'), isNumber: true, cell: ({ open }) => formatNumber(open) },
                {
                  title: t('servers.lastSign'),
                  cell: (server) => <LastRoster server={server} zone={zone} now={now} />,
                },
                {
                  title: t('servers.week'),
                  isNumber: true,
                  isExtra: true,
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
                ...(may('servers:write')
                  ? [
                      {
                        title: t('action.actions'),
                        isSilent: true,
                        isExtra: true,
                        isNumber: true,
                        cell: (server: Row) => (
                          <button type="button" class="plain" onClick={() => setRenamed(server)}>
                            {t('servers.rename')}
                          </button>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          )}
        </Reading>
      </Card>
      {renamed && (
        <Rename
          server={renamed}
          onClose={() => setRenamed(undefined)}
          onDone={async () => {
            forget('server-names');
            await query.refresh();
          }}
        />
      )}
    </>
  );
};

const Rename = ({
  server,
  onClose,
  onDone,
}: {
  readonly server: Row;
  readonly onClose: () => void;
  readonly onDone: () => Promise<void>;
}) => {
  const toast = useToast();
  const [name, setName] = useState(server.name ?? '');
  const [description, setDescription] = useState(server.description ?? '');
  return (
    <ActionDialog
      title={t('servers.renameTitle', { id: String(server.id) })}
      consequence={<p>{t('servers.renameText')}</p>}
      confirm={t('action.save')}
      canRun={name.trim() !== ''}
      onClose={onClose}
      onRun={async () => {
        await call(() =>
          api.POST('/v2/community/servers', {
            body: { servers: [{ id: server.id, name: name.trim(), description: description.trim() }] },
          }),
        );
        toast(t('servers.renamed'));
        await onDone();
      }}
    >
      <TextField label={t('person.name')} value={name} onValue={setName} maxLength={200} required />
      <TextField
        label={t('servers.description')}
        value={description}
        onValue={setDescription}
        maxLength={1000}
      />
    </ActionDialog>
  );
};
