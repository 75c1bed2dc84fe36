/** Where events go, each with its health. */
import { useState } from 'preact/hooks';
import { t, textOf } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { forget, useNow, useQuery } from '../../kit/query.ts';
import { href } from '../../kit/route.ts';
import { ActionDialog, useToast } from '../../ui/actions.tsx';
import { Badge, Card, Instant } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { SecretDialog } from '../../ui/secret.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { EndpointForm, NEW_ENDPOINT, toEndpointBody } from './endpoint-form.tsx';

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

const AddEndpoint = ({
  onClose,
  onAdded,
}: {
  readonly onClose: () => void;
  readonly onAdded: (secret: string | undefined) => void;
}) => {
  const toast = useToast();
  const [fields, setFields] = useState(NEW_ENDPOINT);
  return (
    <ActionDialog
      title={t('hooks.add')}
      confirm={t('hooks.add')}
      canRun={fields.url.trim() !== '' && fields.events.length > 0}
      onClose={onClose}
      onRun={async () => {
        const made = await call(() =>
          api.POST('/v2/community/webhook-endpoints', { body: toEndpointBody(fields) }),
        );
        forget('endpoints');
        toast(t('hooks.added'));
        onAdded(fields.format === 'standard' ? made.secret : undefined);
      }}
    >
      <EndpointForm fields={fields} onFields={setFields} />
    </ActionDialog>
  );
};
