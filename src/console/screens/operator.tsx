/** For who runs the installation: its communities, and whether it does what it should. */
import { useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { api, call, type Data } from '../kit/api.ts';
import { useViewer } from '../kit/context.ts';
import { formatNumber } from '../kit/format.ts';
import { usePages } from '../kit/list.ts';
import { useNow, useQuery } from '../kit/query.ts';
import { ActionDialog, useToast } from '../ui/actions.tsx';
import { Badge, Card, CopyButton, Instant, TextField } from '../ui/basics.tsx';
import { Icon } from '../ui/icons.tsx';
import { PageHead } from '../ui/page.tsx';
import { SecretDialog } from '../ui/secret.tsx';
import { Empty, Reading } from '../ui/states.tsx';
import { MorePages, Table } from '../ui/table.tsx';

const LATE_MS = 15 * 60_000;
const LATE_HOURLY_MS = 90 * 60_000;

/** As the bindings are called. */
const databaseName = (place: number): string => (place === 0 ? 'DB' : `DB_${place}`);

type Run = Data<'getStatus'>['triggers'][number] & { readonly place: number };
type DatabaseStats = Data<'getStats'>['databases'][number];

/** What a database may hold on each plan, in bytes. */
const PLANS = { free: 500_000_000, paid: 10_000_000_000 } as const;
/** Late for a message: the trigger comes every five minutes. */
const WAITING_MS = 20 * 60_000;

export const Operator = () => (
  <>
    <PageHead title={t('nav.operator')} note={t('operator.note')} />
    <Stats />
    <Status />
    <Communities />
  </>
);

const sum = (databases: readonly DatabaseStats[], of: (one: DatabaseStats) => number): number =>
  databases.reduce((total, one) => total + of(one), 0);

/** `12`, or `10,000+` where the count has stopped. */
const counted = (databases: readonly DatabaseStats[], of: 'openSessions' | 'queue'): string => {
  const isExact = databases.every((one) => !one.available || one[of].exact);
  return `${formatNumber(sum(databases, (one) => one[of].count))}${isExact ? '' : '+'}`;
};

const inMegabytes = (bytes: number): string =>
  formatNumber(bytes / 1e6, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: bytes < 1e7 ? 1 : 0,
  });

/** How full it is against the plan, who is on, and what waits to be sent. */
const Stats = () => {
  const { zone } = useViewer();
  const now = useNow(15_000);
  const query = useQuery('stats', () => call(() => api.GET('/admin/stats')), { every: 30_000 });
  return (
    <Reading query={query} lines={3}>
      {({ databases }) => {
        const waiting = databases.flatMap(({ queue }) => (queue.oldestAt ? [queue.oldestAt] : [])).sort()[0];
        const isLate = waiting !== undefined && now - Date.parse(waiting) > WAITING_MS;
        return (
          <>
            <dl class="figures">
              <div>
                <dt>{t('operator.communities')}</dt>
                <dd>{formatNumber(sum(databases, (one) => one.communities))}</dd>
              </div>
              <div>
                <dt>{t('now.on')}</dt>
                <dd>{counted(databases, 'openSessions')}</dd>
              </div>
              <div>
                <dt>{t('operator.queue')}</dt>
                <dd>{counted(databases, 'queue')}</dd>
                <dd class={isLate ? 'warn' : ''}>
                  {waiting === undefined ? (
                    t('operator.queueEmpty')
                  ) : (
                    <>
                      {t('operator.oldest')} <Instant at={waiting} zone={zone} now={now} as="ago" />
                    </>
                  )}
                </dd>
              </div>
              <div>
                <dt>{t('operator.disabled')}</dt>
                <dd>{formatNumber(sum(databases, (one) => one.disabledEndpoints))}</dd>
              </div>
            </dl>
            <Card flush title={t('operator.size')} note={t('operator.sizeNote')}>
              <Table
                caption={t('operator.size')}
                rows={databases}
                keyOf={({ place }) => place}
                columns={[
                  {
                    title: t('operator.database'),
                    isHeader: true,
                    cell: ({ place }) => <code>{databaseName(place)}</code>,
                  },
                  {
                    title: t('hooks.size'),
                    isNumber: true,
                    cell: ({ bytes, available }) =>
                      available ? inMegabytes(bytes) : <Badge tone="bad">{t('operator.noAnswer')}</Badge>,
                  },
                  {
                    title: t('operator.ofFree'),
                    isNumber: true,
                    cell: ({ bytes }) => <Share bytes={bytes} of={PLANS.free} />,
                  },
                  {
                    title: t('operator.ofPaid'),
                    isNumber: true,
                    isExtra: true,
                    cell: ({ bytes }) => <Share bytes={bytes} of={PLANS.paid} />,
                  },
                  {
                    title: t('operator.communities'),
                    isNumber: true,
                    isExtra: true,
                    cell: ({ communities }) => formatNumber(communities),
                  },
                ]}
              />
            </Card>
          </>
        );
      }}
    </Reading>
  );
};

const Share = ({ bytes, of }: { readonly bytes: number; readonly of: number }) => {
  const share = bytes / of;
  return (
    <span class="bar-cell">
      <span class="bar" style={{ width: `${Math.min(100, Math.max(1, Math.round(share * 100)))}%` }} />
      <span class={share > 0.8 ? 'warn' : ''}>
        {formatNumber(share, { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 })}
      </span>
    </span>
  );
};

const Status = () => {
  const { zone } = useViewer();
  const now = useNow(15_000);
  const query = useQuery('status', () => call(() => api.GET('/admin/status')), { every: 30_000 });
  return (
    <Card
      flush
      title={t('operator.installation')}
      actions={
        query.data && (
          <CopyButton text={JSON.stringify(query.data, null, 2)} label={t('operator.diagnostics')} />
        )
      }
    >
      <Reading query={query} lines={4}>
        {({ version, secrets, localSwitches, databases }) => (
          <>
            <dl class="pair" style={{ padding: '4px 16px 14px' }}>
              <dt>{t('operator.version')}</dt>
              <dd>{version}</dd>
              <dt>{t('operator.migrations')}</dt>
              <dd>
                {databases.map(({ place, available, migrations }) => (
                  <div key={place}>
                    {!available ? (
                      <Badge tone="bad">{t('operator.away', { name: databaseName(place) })}</Badge>
                    ) : migrations.missing.length === 0 ? (
                      <Badge tone="good">{t('operator.migrated', { n: migrations.applied.length })}</Badge>
                    ) : (
                      <Badge tone="bad">
                        {t('operator.missing', { names: migrations.missing.join(', ') })}
                      </Badge>
                    )}
                  </div>
                ))}
              </dd>
              <dt>{t('operator.secrets')}</dt>
              <dd>
                {Object.entries(secrets).map(([name, isSet]) => (
                  <span key={name} style={{ marginRight: '14px' }}>
                    <Badge tone={isSet ? 'good' : 'bad'}>{name}</Badge>
                  </span>
                ))}
              </dd>
              {localSwitches.length > 0 && (
                <>
                  <dt>{t('operator.switches')}</dt>
                  <dd class="row">
                    {localSwitches.map((name) => (
                      <Badge key={name} tone="warn">
                        {name}
                      </Badge>
                    ))}
                  </dd>
                </>
              )}
            </dl>
            <Table
              empty={<Empty title={t('operator.noRuns')}>{t('operator.noRunsText')}</Empty>}
              caption={t('operator.jobs')}
              rows={databases.flatMap(({ place, triggers }) => triggers.map((run) => ({ ...run, place })))}
              keyOf={({ cron, place }) => `${place} ${cron}`}
              columns={[
                { title: t('operator.trigger'), isHeader: true, cell: ({ cron }) => <code>{cron}</code> },
                ...(databases.length > 1
                  ? [{ title: t('operator.database'), cell: ({ place }: Run) => databaseName(place) }]
                  : []),
                {
                  title: t('operator.ran'),
                  cell: ({ ranAt }) => <Instant at={ranAt} zone={zone} now={now} as="ago" />,
                },
                {
                  title: t('session.state'),
                  cell: ({ ranAt, failedJobs, cron }) =>
                    failedJobs.length > 0 ? (
                      <Badge tone="bad">{failedJobs.join(', ')}</Badge>
                    ) : now - Date.parse(ranAt) > (cron.startsWith('*/') ? LATE_MS : LATE_HOURLY_MS) ? (
                      <Badge tone="warn">{t('operator.late')}</Badge>
                    ) : (
                      <Badge tone="good">{t('operator.fine')}</Badge>
                    ),
                },
              ]}
            />
          </>
        )}
      </Reading>
    </Card>
  );
};

const Communities = () => {
  const { zone } = useViewer();
  const load = (cursor?: string) =>
    call(() =>
      api.GET('/admin/communities', {
        params: { query: { limit: 100, ...(cursor !== undefined && { cursor }) } },
      }),
    );
  const list = usePages('communities', load);
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<{ name: string; key: string }>();
  const toast = useToast();
  const [name, setName] = useState('');
  return (
    <>
      <Card
        flush
        title={t('operator.communities')}
        actions={
          <button type="button" class="primary" onClick={() => setAdding(true)}>
            <Icon name="plus" />
            {t('operator.add')}
          </button>
        }
      >
        <Reading query={list}>
          {() => (
            <>
              <Table
                empty={<Empty title={t('operator.none')}>{t('operator.noneText')}</Empty>}
                caption={t('operator.communities')}
                rows={list.items}
                keyOf={({ id }) => id}
                columns={[
                  {
                    title: t('person.name'),
                    isHeader: true,
                    cell: ({ name: own }) => <bdi class="cut">{own}</bdi>,
                  },
                  {
                    title: t('person.id'),
                    isExtra: true,
                    cell: ({ id }) => (
                      <span class="copy">
                        <code>{id}</code>
                        <CopyButton text={id} />
                      </span>
                    ),
                  },
                  {
                    title: t('setting.timezone'),
                    isExtra: true,
                    cell: ({ settings }) => settings.timezone,
                  },
                  {
                    title: t('operator.since'),
                    isNumber: true,
                    cell: ({ createdAt }) => <Instant at={createdAt} zone={zone} />,
                  },
                ]}
              />
              <MorePages list={list} />
            </>
          )}
        </Reading>
      </Card>
      {isAdding && (
        <ActionDialog
          title={t('operator.add')}
          consequence={<p>{t('operator.addText')}</p>}
          confirm={t('operator.add')}
          canRun={name.trim() !== ''}
          onClose={() => setAdding(false)}
          onRun={async () => {
            const community = await call(() =>
              api.POST('/admin/communities', { body: { name: name.trim() } }),
            );
            setMade({ name: community.name, key: community.apiKey.key });
            setName('');
            toast(t('operator.added'));
            await list.refresh();
          }}
        >
          <TextField label={t('person.name')} value={name} onValue={setName} maxLength={100} required />
        </ActionDialog>
      )}
      {made && (
        <SecretDialog
          title={t('keys.madeTitle', { name: made.name })}
          note={t('operator.firstKey')}
          secret={made.key}
          onClose={() => setMade(undefined)}
        />
      )}
    </>
  );
};
