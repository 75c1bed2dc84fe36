/** One endpoint: how it fares, what was delivered, and how to send again what was not. */
import { useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { formatDateTime, formatDuration, formatNumber } from '../../kit/format.ts';
import { usePages } from '../../kit/list.ts';
import { forget, useNow, useQuery } from '../../kit/query.ts';
import { changeQuery, go, href } from '../../kit/route.ts';
import { fromLocal, HOUR, toLocalField, toZoned } from '../../kit/time.ts';
import { ActionDialog, useToast, useWork, WorkError } from '../../ui/actions.tsx';
import { Badge, Card, Dialog, Instant, Segmented, TextField } from '../../ui/basics.tsx';
import { PageHead } from '../../ui/page.tsx';
import { SecretDialog } from '../../ui/secret.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { MorePages, Table } from '../../ui/table.tsx';
import type { ScreenProps } from '../index.ts';
import { type EndpointFields, EndpointForm, patternsIn, toEndpointBody } from './endpoint-form.tsx';
import { type EndpointRow, Health } from './endpoint-list.tsx';

type Delivery = Data<'listWebhookDeliveries'>['items'][number];
const STATUSES = ['all', 'failed', 'pending', 'delivered'] as const;
const LIMIT = 50;

export const Endpoint = ({ id, route }: ScreenProps & { readonly id: string }) => {
  const { zone } = useViewer();
  const toast = useToast();
  const work = useWork();
  const [dialog, setDialog] = useState<'change' | 'replay' | 'rotate' | 'delete'>();
  const [secret, setSecret] = useState<string>();
  const path = { endpointId: id };
  const query = useQuery(
    `endpoint ${id}`,
    () => call(() => api.GET('/v2/community/webhook-endpoints/{endpointId}', { params: { path } })),
    { every: 30_000 },
  );
  const close = () => setDialog(undefined);
  const setEnabled = (enabled: boolean) =>
    work.run(async () => {
      await call(() =>
        api.PATCH('/v2/community/webhook-endpoints/{endpointId}', { params: { path }, body: { enabled } }),
      );
      toast(enabled ? t('hooks.resumed') : t('hooks.paused'));
      await query.refresh();
    });
  const endpoint = query.data;
  return (
    <>
      <PageHead
        title={<bdi>{endpoint?.description ?? endpoint?.url ?? t('hooks.endpoint')}</bdi>}
        note={<a href={href(['webhooks', 'out'])}>{t('hooks.allEndpoints')}</a>}
      >
        <button
          type="button"
          disabled={work.isBusy || endpoint?.enabled === false}
          onClick={() =>
            void work.run(async () => {
              await call(() =>
                api.POST('/v2/community/webhook-endpoints/{endpointId}/test', { params: { path } }),
              );
              toast(t('hooks.testSent'));
              forget(`deliveries ${id}`);
              changeQuery({ status: '', tested: String(Date.now()) }, { replace: true });
            })
          }
        >
          {t('hooks.test')}
        </button>
        <button type="button" onClick={() => setDialog('replay')} disabled={endpoint?.enabled === false}>
          {t('hooks.replay')}
        </button>
        <button type="button" disabled={!endpoint} onClick={() => setDialog('change')}>
          {t('hooks.change')}
        </button>
        {endpoint?.format === 'standard' && (
          <button type="button" onClick={() => setDialog('rotate')}>
            {t('hooks.rotate')}
          </button>
        )}
        {endpoint && (
          <button type="button" disabled={work.isBusy} onClick={() => void setEnabled(!endpoint.enabled)}>
            {endpoint.enabled ? t('hooks.pause') : t('hooks.resume')}
          </button>
        )}
        <button type="button" onClick={() => setDialog('delete')}>
          {t('action.delete')}
        </button>
      </PageHead>
      <WorkError work={work} />
      <Reading query={query} lines={3}>
        {(found) => (
          <>
            {!found.enabled && (
              <p class="banner bad">
                {found.disabledAt &&
                  t('hooks.disabledSince', { at: formatDateTime(Date.parse(found.disabledAt), zone) })}
              </p>
            )}
            <dl class="pair card" style={{ padding: '16px' }}>
              <div>
                <dt>{t('hooks.health')}</dt>
                <dd>
                  <Health endpoint={found} zone={zone} />
                </dd>
              </div>
              <div>
                <dt>{t('hooks.format')}</dt>
                <dd>
                  {t(`hooks.format.${found.format}`)}
                  {found.digestSeconds !== null && (
                    <span class="sub">
                      {t('hooks.digest.each', { time: formatDuration(found.digestSeconds * 1000) })}
                    </span>
                  )}
                </dd>
              </div>
              <div>
                <dt>{t('hooks.url')}</dt>
                <dd class="mono">{found.url}</dd>
              </div>
              <div>
                <dt>{t('hooks.events')}</dt>
                <dd class="mono">{found.events.join(', ')}</dd>
              </div>
            </dl>
          </>
        )}
      </Reading>
      <Deliveries id={id} route={route} />
      {dialog === 'change' && endpoint && (
        <ChangeEndpoint endpoint={endpoint} onClose={close} onChanged={() => void query.refresh()} />
      )}
      {dialog === 'replay' && <Replay id={id} zone={zone} onClose={close} />}
      {dialog === 'rotate' && (
        <ActionDialog
          title={t('hooks.rotate')}
          consequence={<p>{t('hooks.rotateText')}</p>}
          confirm={t('hooks.rotate')}
          onClose={close}
          onRun={async () => {
            const made = await call(() =>
              api.POST('/v2/community/webhook-endpoints/{endpointId}/rotate-secret', { params: { path } }),
            );
            setSecret(made.secret);
          }}
        />
      )}
      {dialog === 'delete' && (
        <ActionDialog
          title={t('hooks.deleteTitle')}
          consequence={<p>{t('hooks.deleteText')}</p>}
          confirm={t('action.delete')}
          isDanger
          onClose={close}
          onRun={async () => {
            await call(() =>
              api.DELETE('/v2/community/webhook-endpoints/{endpointId}', { params: { path } }),
            );
            forget('endpoint');
            toast(t('hooks.deleted'));
            go(href(['webhooks', 'out']));
          }}
        />
      )}
      {secret !== undefined && (
        <SecretDialog
          title={t('hooks.secretTitle')}
          note={t('hooks.rotatedNote')}
          secret={secret}
          onClose={() => setSecret(undefined)}
        />
      )}
    </>
  );
};

const ChangeEndpoint = ({
  endpoint,
  onClose,
  onChanged,
}: {
  readonly endpoint: EndpointRow;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) => {
  const toast = useToast();
  // The address of a channel is its credential, and is shown by its host only: empty leaves it as it is.
  const isHidden = endpoint.format !== 'standard';
  const [fields, setFields] = useState<EndpointFields>({
    url: isHidden ? '' : endpoint.url,
    format: endpoint.format,
    description: endpoint.description ?? '',
    events: patternsIn(endpoint.events),
    digestSeconds: endpoint.digestSeconds ?? 0,
  });
  const isKept = isHidden && fields.url.trim() === '';
  return (
    <ActionDialog
      title={t('hooks.changeTitle')}
      confirm={t('action.save')}
      canRun={(isKept || fields.url.trim() !== '') && fields.events.length > 0}
      onClose={onClose}
      onRun={async () => {
        const { url, ...others } = toEndpointBody(fields);
        await call(() =>
          api.PATCH('/v2/community/webhook-endpoints/{endpointId}', {
            params: { path: { endpointId: endpoint.id } },
            body: { ...others, ...(!isKept && { url }) },
          }),
        );
        forget('endpoints');
        toast(t('hooks.changed'));
        onChanged();
      }}
    >
      <EndpointForm
        fields={fields}
        onFields={setFields}
        {...(isHidden && { urlHint: t('hooks.urlKept', { url: endpoint.url }) })}
      />
    </ActionDialog>
  );
};

const toneOf = { delivered: 'good', pending: 'muted', failed: 'bad' } as const;

const Deliveries = ({ id, route }: ScreenProps & { readonly id: string }) => {
  const { zone } = useViewer();
  const now = useNow(15_000);
  const toast = useToast();
  const work = useWork();
  const [shown, setShown] = useState<Delivery>();
  const status = STATUSES.find((one) => one === route.query.status) ?? 'all';
  const key = `deliveries ${id} ${status} ${route.query.tested ?? ''}`;
  const load = (cursor?: string) =>
    call(() =>
      api.GET('/v2/community/webhook-endpoints/{endpointId}/deliveries', {
        params: {
          path: { endpointId: id },
          query: {
            limit: LIMIT,
            ...(status !== 'all' && { status }),
            ...(cursor !== undefined && { cursor }),
          },
        },
      }),
    );
  const list = usePages(key, load, { every: 15_000 });
  const resend = (delivery: Delivery) =>
    work.run(async () => {
      await call(() =>
        api.POST('/v2/community/webhook-endpoints/deliveries/{deliveryId}/resend', {
          params: { path: { deliveryId: delivery.id } },
        }),
      );
      toast(t('hooks.resent'));
      await list.refresh();
    });
  return (
    <Card
      flush
      title={t('hooks.deliveries')}
      actions={
        <Segmented
          label={t('hooks.status')}
          value={status}
          options={STATUSES.map((one) => [one, t(`hooks.status.${one}`)] as const)}
          onValue={(next) => changeQuery({ status: next === 'all' ? '' : next })}
        />
      }
    >
      <WorkError work={work} />
      <Reading query={list} lines={6}>
        {() => (
          <>
            <Table
              empty={<Empty title={t('hooks.noDeliveries')}>{t('hooks.noDeliveriesText')}</Empty>}
              caption={t('hooks.deliveries')}
              rows={list.items}
              keyOf={(delivery) => delivery.id}
              columns={[
                {
                  title: t('hooks.event'),
                  isHeader: true,
                  cell: (delivery) => (
                    <button type="button" class="link mono" onClick={() => setShown(delivery)}>
                      {delivery.type}
                    </button>
                  ),
                },
                {
                  title: t('hooks.status'),
                  cell: (delivery) => (
                    <Badge tone={toneOf[delivery.status]}>{t(`hooks.status.${delivery.status}`)}</Badge>
                  ),
                },
                {
                  title: t('hooks.answer'),
                  isExtra: true,
                  isNumber: true,
                  cell: ({ attempts }) => attempts.at(-1)?.status ?? attempts.at(-1)?.error ?? '–',
                },
                {
                  title: t('hooks.attempts'),
                  isNumber: true,
                  isExtra: true,
                  cell: ({ attempts }) => formatNumber(attempts.length),
                },
                {
                  title: t('log.time'),
                  isNumber: true,
                  cell: ({ timestamp }) => <Instant at={timestamp} zone={zone} now={now} as="ago" />,
                },
                {
                  title: t('action.actions'),
                  isSilent: true,
                  isNumber: true,
                  cell: (delivery) => (
                    <button
                      type="button"
                      class="plain"
                      disabled={work.isBusy || delivery.attempts.length === 0}
                      onClick={() => void resend(delivery)}
                    >
                      {t('hooks.resend')}
                    </button>
                  ),
                },
              ]}
            />
            <MorePages list={list} />
          </>
        )}
      </Reading>
      {shown && (
        <Dialog title={shown.type} onClose={() => setShown(undefined)} wide>
          <p class="small muted">
            <code>{shown.id}</code>
          </p>
          {shown.attempts.length === 0 && <p>{t('hooks.noAttempts')}</p>}
          {[...shown.attempts].reverse().map((attempt) => (
            <div class="stack" key={attempt.at}>
              <div class="row">
                <Badge tone={attempt.status !== null && attempt.status < 300 ? 'good' : 'bad'}>
                  {attempt.status ?? attempt.error ?? '–'}
                </Badge>
                <span class="small muted">
                  <Instant at={attempt.at} zone={zone} /> · {t('hooks.took', { n: attempt.durationMs })}
                </span>
              </div>
              {attempt.response && <pre>{attempt.response}</pre>}
            </div>
          ))}
          <div class="row end">
            <button
              type="button"
              disabled={shown.attempts.length === 0}
              onClick={() => {
                setShown(undefined);
                void resend(shown);
              }}
            >
              {t('hooks.resend')}
            </button>
            <button type="button" class="primary" onClick={() => setShown(undefined)}>
              {t('action.close')}
            </button>
          </div>
        </Dialog>
      )}
    </Card>
  );
};

const Replay = ({
  id,
  zone,
  onClose,
}: {
  readonly id: string;
  readonly zone: string;
  readonly onClose: () => void;
}) => {
  const toast = useToast();
  const now = Date.now();
  const [from, setFrom] = useState(toLocalField(now - 24 * HOUR, zone));
  const [to, setTo] = useState(toLocalField(now, zone));
  return (
    <ActionDialog
      title={t('hooks.replay')}
      consequence={<p>{t('hooks.replayText')}</p>}
      confirm={t('hooks.replay')}
      canRun={from !== '' && to > from}
      onClose={onClose}
      onRun={async () => {
        const { queued } = await call(() =>
          api.POST('/v2/community/webhook-endpoints/{endpointId}/replay', {
            params: { path: { endpointId: id } },
            body: { from: toZoned(fromLocal(from, zone), zone), to: toZoned(fromLocal(to, zone), zone) },
          }),
        );
        toast(t('hooks.replayed', { n: queued }));
        forget(`deliveries ${id}`);
        changeQuery({ tested: String(Date.now()) }, { replace: true });
      }}
    >
      <div class="fields">
        <TextField type="datetime-local" label={t('filter.from')} value={from} onValue={setFrom} required />
        <TextField type="datetime-local" label={t('filter.to')} value={to} onValue={setTo} required />
      </div>
    </ActionDialog>
  );
};
