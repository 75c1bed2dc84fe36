/** One sender: its address, its last calls with reasons, and the mapping of its body to our fields. */
import { useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { ApiError, api, call } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { formatNumber } from '../../kit/format.ts';
import { forget, useNow, useQuery } from '../../kit/query.ts';
import { go, href } from '../../kit/route.ts';
import { ActionDialog, useToast, useWork, WorkError } from '../../ui/actions.tsx';
import { Badge, Card, CopyButton, Field, Instant } from '../../ui/basics.tsx';
import { PageHead } from '../../ui/page.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import type { InboundRow } from './inbound-list.tsx';

const findSender = async (id: string): Promise<InboundRow> => {
  const { items } = await call(() =>
    api.GET('/v2/community/inbound-webhooks', { params: { query: { limit: 1000 } } }),
  );
  const found = items.find((item) => item.id === id);
  if (!found) throw new ApiError(404, { code: 'INBOUND_WEBHOOK_NOT_FOUND', detail: t('hooks.senderGone') });
  return found;
};

export const Inbound = ({ id }: { readonly id: string }) => {
  const toast = useToast();
  const [isDeleting, setDeleting] = useState(false);
  const query = useQuery(`inbound ${id}`, () => findSender(id));
  return (
    <>
      <PageHead
        title={<bdi>{query.data?.name ?? t('hooks.sender')}</bdi>}
        note={<a href={href(['webhooks', 'in'])}>{t('hooks.allSenders')}</a>}
      >
        <button type="button" onClick={() => setDeleting(true)}>
          {t('action.delete')}
        </button>
      </PageHead>
      <Reading query={query} lines={3}>
        {(sender) => (
          <>
            <dl class="pair card" style={{ padding: '16px' }}>
              <div>
                <dt>{t('hooks.kind')}</dt>
                <dd>{t(`hooks.kind.${sender.kind}`)}</dd>
              </div>
              <div>
                <dt>{t('hooks.proof')}</dt>
                <dd class="mono">
                  {sender.sender === 'custom' ? sender.verification?.scheme : sender.sender}
                </dd>
              </div>
              <div>
                <dt>{t('hooks.address')}</dt>
                <dd class="copy">
                  <code>{sender.url}</code>
                  <CopyButton text={sender.url} />
                </dd>
              </div>
            </dl>
            <MappingEditor
              key={JSON.stringify(sender.mapping)}
              sender={sender}
              onSaved={() => void query.refresh()}
            />
          </>
        )}
      </Reading>
      <Calls id={id} />
      {isDeleting && (
        <ActionDialog
          title={t('hooks.deleteSender')}
          consequence={<p>{t('hooks.deleteSenderText')}</p>}
          confirm={t('action.delete')}
          isDanger
          onClose={() => setDeleting(false)}
          onRun={async () => {
            await call(() =>
              api.DELETE('/v2/community/inbound-webhooks/{webhookId}', {
                params: { path: { webhookId: id } },
              }),
            );
            forget('inbound');
            toast(t('hooks.deleted'));
            go(href(['webhooks', 'in']));
          }}
        />
      )}
    </>
  );
};

const parseMapping = (text: string): { value?: Record<string, unknown> | null; problem?: string } => {
  if (text.trim() === '') return { value: null };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { problem: t('hooks.mappingObject') };
    return { value: value as Record<string, unknown> };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : t('hooks.mappingObject') };
  }
};

const MappingEditor = ({
  sender,
  onSaved,
}: {
  readonly sender: InboundRow;
  readonly onSaved: () => void;
}) => {
  const toast = useToast();
  const work = useWork();
  const [text, setText] = useState(sender.mapping ? JSON.stringify(sender.mapping, null, 2) : '');
  const { value, problem } = parseMapping(text);
  return (
    <Card title={t('hooks.mapping')} note={t('hooks.mappingNote')}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (value === undefined) return;
          void work.run(async () => {
            await call(() =>
              api.PATCH('/v2/community/inbound-webhooks/{webhookId}', {
                params: { path: { webhookId: sender.id } },
                body: { mapping: value },
              }),
            );
            toast(t('hooks.mappingSaved'));
            onSaved();
          });
        }}
      >
        <Field label={t('hooks.mapping')} hint={t('hooks.mappingHint')} problem={problem}>
          {(ids) => (
            <textarea
              {...ids}
              class="code"
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <WorkError work={work} />
        <div class="row">
          <button type="submit" class="primary" disabled={value === undefined || work.isBusy}>
            {work.isBusy ? t('action.working') : t('action.save')}
          </button>
        </div>
      </form>
    </Card>
  );
};

const OUTCOME_TONE = { recorded: 'good', replayed: 'muted', ignored: 'warn', refused: 'bad' } as const;

const Calls = ({ id }: { readonly id: string }) => {
  const { zone } = useViewer();
  const now = useNow(15_000);
  const query = useQuery(
    `inbound-calls ${id}`,
    () =>
      call(() =>
        api.GET('/v2/community/inbound-webhooks/{webhookId}/calls', { params: { path: { webhookId: id } } }),
      ),
    { every: 15_000 },
  );
  return (
    <Card flush title={t('hooks.lastCalls')}>
      <Reading query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('hooks.noCalls')}>{t('hooks.noCallsText')}</Empty>
          ) : (
            <Table
              caption={t('hooks.lastCalls')}
              rows={items}
              keyOf={({ number }) => number}
              columns={[
                {
                  title: t('log.time'),
                  isHeader: true,
                  cell: ({ receivedAt }) => <Instant at={receivedAt} zone={zone} now={now} as="ago" />,
                },
                {
                  title: t('hooks.outcome'),
                  cell: ({ outcome }) => (
                    <Badge tone={OUTCOME_TONE[outcome]}>{t(`hooks.outcome.${outcome}`)}</Badge>
                  ),
                },
                {
                  title: t('session.reason'),
                  cell: ({ reason }) =>
                    reason ? (
                      <>
                        {reason.message}
                        {reason.errors?.map(({ path, message }) => (
                          <span class="sub" key={path}>
                            <code>{path}</code> {message}
                          </span>
                        ))}
                      </>
                    ) : (
                      '–'
                    ),
                },
                {
                  title: t('hooks.size'),
                  isNumber: true,
                  isExtra: true,
                  cell: ({ bodyBytes }) => t('hooks.bytes', { n: formatNumber(bodyBytes) }),
                },
              ]}
            />
          )
        }
      </Reading>
    </Card>
  );
};
