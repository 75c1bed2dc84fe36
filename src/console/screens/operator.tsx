/** For who runs the installation: its communities, and whether it does what it should. */
import { useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { api, call } from '../kit/api.ts';
import { useViewer } from '../kit/context.ts';
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

export const Operator = () => (
  <>
    <PageHead title={t('nav.operator')} note={t('operator.note')} />
    <Status />
    <Communities />
  </>
);

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
        {({ version, migrations, secrets, localSwitches, triggers }) => (
          <>
            <dl class="pair" style={{ padding: '4px 16px 14px' }}>
              <dt>{t('operator.version')}</dt>
              <dd>{version}</dd>
              <dt>{t('operator.migrations')}</dt>
              <dd>
                {migrations.missing.length === 0 ? (
                  <Badge tone="good">{t('operator.migrated', { n: migrations.applied.length })}</Badge>
                ) : (
                  <Badge tone="bad">{t('operator.missing', { names: migrations.missing.join(', ') })}</Badge>
                )}
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
                  <dd>
                    <Badge tone="warn">{localSwitches.join(', ')}</Badge>
                  </dd>
                </>
              )}
            </dl>
            {
              <Table
                empty={<Empty title={t('operator.noRuns')}>{t('operator.noRunsText')}</Empty>}
                caption={t('operator.jobs')}
                rows={triggers}
                keyOf={({ cron }) => cron}
                columns={[
                  { title: t('operator.trigger'), isHeader: true, cell: ({ cron }) => <code>{cron}</code> },
                  {
                    title: t('operator.ran'),
                    cell: ({ ranAt }) => <Instant at={ranAt} zone={zone} now={now} as="ago" />,
                  },
                  {
                    title: t('session.state'),
                    cell: ({ ranAt, failedJobs, cron }) =>
                      failedJobs.length > 0 ? (
                        <Badge tone="bad">{failedJobs.join(', ')}</Badge>
                      ) : cron.startsWith('*/') && now - Date.parse(ranAt) > LATE_MS ? (
                        <Badge tone="warn">{t('operator.late')}</Badge>
                      ) : (
                        <Badge tone="good">{t('operator.fine')}</Badge>
                      ),
                  },
                ]}
              />
            }
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
