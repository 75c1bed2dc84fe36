/** Where events go, each with its health. */
import { useState } from 'preact/hooks';
import { t, textOf } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { forget, useNow, useQuery } from '../../kit/query.ts';
import { href } from '../../kit/route.ts';
import { ActionDialog, useToast } from '../../ui/actions.tsx';
import { Badge, Card, Instant, SelectField, TextField } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { SecretDialog } from '../../ui/secret.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';

export type EndpointRow = Data<'listWebhookEndpoints'>['items'][number];

/** How an endpoint fares, in a word. */
export const Health = ({ endpoint, zone }: { readonly endpoint: EndpointRow; readonly zone: string }) => {
  if (!endpoint.enabled) {
    return (
      <Badge tone="bad">{textOf(`hooks.disabled.${endpoint.disabledReason}`, t('hooks.disabled'))}</Badge>
    );
  }
  if (endpoint.failingSince) {
    return (
      <Badge tone="warn">
        {t('hooks.failing')} <Instant at={endpoint.failingSince} zone={zone} />
      </Badge>
    );
  }
  return endpoint.lastAttemptAt ? (
    <Badge tone="good">{t('hooks.healthy')}</Badge>
  ) : (
    <Badge tone="muted">{t('hooks.unused')}</Badge>
  );
};

export const EndpointList = () => {
  const { zone } = useViewer();
  const now = useNow(15_000);
  const query = useQuery('endpoints', () => call(() => api.GET('/v2/community/webhook-endpoints')), {
    every: 30_000,
  });
  const [isAdding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const add = (
    <button type="button" class="primary" onClick={() => setAdding(true)}>
      <Icon name="plus" />
      {t('hooks.add')}
    </button>
  );
  return (
    <>
      <Card flush title={t('hooks.endpoints')} actions={add}>
        <Reading query={query}>
          {({ items }) => (
            <Table
              empty={<Empty title={t('hooks.none')}>{t('hooks.noneText')}</Empty>}
              caption={t('hooks.endpoints')}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: t('hooks.endpoint'),
                  isHeader: true,
                  cell: ({ id, url, description }) => (
                    <>
                      <a class="name" href={href(['webhooks', 'out', id])}>
                        <bdi class="cut">{description ?? url}</bdi>
                      </a>
                      {description && <span class="sub">{url}</span>}
                    </>
                  ),
                },
                {
                  title: t('hooks.health'),
                  cell: (endpoint) => <Health endpoint={endpoint} zone={zone} />,
                },
                {
                  title: t('hooks.format'),
                  isExtra: true,
                  cell: ({ format }) => t(`hooks.format.${format}`),
                },
                {
                  title: t('hooks.events'),
                  isExtra: true,
                  cell: ({ events }) => <bdi class="cut mono">{events.join(', ')}</bdi>,
                },
                {
                  title: t('hooks.lastAttempt'),
                  isExtra: true,
                  isNumber: true,
                  cell: ({ lastAttemptAt }) =>
                    lastAttemptAt ? <Instant at={lastAttemptAt} zone={zone} now={now} as="ago" /> : '–',
                },
              ]}
            />
          )}
        </Reading>
      </Card>
      {isAdding && (
        <AddEndpoint
          onClose={() => setAdding(false)}
          onAdded={(made) => {
            setSecret(made);
            void query.refresh();
          }}
        />
      )}
      {secret !== undefined && (
        <SecretDialog
          title={t('hooks.secretTitle')}
          note={t('hooks.secretNote')}
          secret={secret}
          onClose={() => setSecret(undefined)}
        />
      )}
    </>
  );
};

const GROUPS = ['session.*', 'server.*', 'account.*', 'log.*', 'account_activity.*'] as const;
const FORMATS = ['standard', 'discord', 'slack'] as const;

const AddEndpoint = ({
  onClose,
  onAdded,
}: {
  readonly onClose: () => void;
  readonly onAdded: (secret: string | undefined) => void;
}) => {
  const toast = useToast();
  const [url, setUrl] = useState('');
  const [format, setFormat] = useState<(typeof FORMATS)[number]>('standard');
  const [description, setDescription] = useState('');
  const [events, setEvents] = useState<readonly (typeof GROUPS)[number][]>(['session.*']);
  return (
    <ActionDialog
      title={t('hooks.add')}
      confirm={t('hooks.add')}
      canRun={url.trim() !== '' && events.length > 0}
      onClose={onClose}
      onRun={async () => {
        const made = await call(() =>
          api.POST('/v2/community/webhook-endpoints', {
            body: {
              url: url.trim(),
              format,
              events: [...events],
              ...(description.trim() !== '' && { description: description.trim() }),
            },
          }),
        );
        forget('endpoints');
        toast(t('hooks.added'));
        onAdded(format === 'standard' ? made.secret : undefined);
      }}
    >
      <TextField
        type="url"
        label={t('hooks.url')}
        hint={t('hooks.urlHint')}
        value={url}
        onValue={(next) => {
          setUrl(next);
          if (/^https:\/\/(\w+\.)?discord(app)?\.com\/api\/webhooks\//.test(next)) setFormat('discord');
          if (/^https:\/\/hooks\.slack\.com\//.test(next)) setFormat('slack');
        }}
        required
      />
      <div class="fields">
        <SelectField
          label={t('hooks.format')}
          value={format}
          options={FORMATS.map((one) => [one, t(`hooks.format.${one}`)] as const)}
          onValue={setFormat}
        />
        <TextField
          label={t('hooks.description')}
          value={description}
          onValue={setDescription}
          maxLength={200}
        />
      </div>
      <fieldset>
        <legend>{t('hooks.events')}</legend>
        {GROUPS.map((group) => (
          <label class="check" key={group}>
            <input
              type="checkbox"
              checked={events.includes(group)}
              onChange={(event) =>
                setEvents(
                  event.currentTarget.checked ? [...events, group] : events.filter((one) => one !== group),
                )
              }
            />
            <span>
              {t(`hooks.group.${group}`)} <code class="muted">{group}</code>
            </span>
          </label>
        ))}
      </fieldset>
    </ActionDialog>
  );
};
