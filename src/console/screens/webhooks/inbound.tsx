/** One sender: its address, its last calls with reasons, and the mapping of its body to our fields. */
import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { ApiError, api, call, type Data } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { formatNumber } from '../../kit/format.ts';
import { forget, useNow, useQuery } from '../../kit/query.ts';
import { go, href } from '../../kit/route.ts';
import { ActionDialog, useToast, useWork, WorkError } from '../../ui/actions.tsx';
import { Badge, Card, CopyButton, Field, Instant, SelectField } from '../../ui/basics.tsx';
import { PageHead } from '../../ui/page.tsx';
import { Empty, failureText, Reading } from '../../ui/states.tsx';
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
            <KeepBodies sender={sender} onSaved={() => void query.refresh()} />
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

/** Bodies are the sender's: they are kept only where somebody switches it on, and for a day. */
const KeepBodies = ({ sender, onSaved }: { readonly sender: InboundRow; readonly onSaved: () => void }) => {
  const work = useWork();
  const [isOn, setOn] = useState(sender.keepBodies);
  return (
    <>
      <label class="check">
        <input
          type="checkbox"
          checked={isOn}
          disabled={work.isBusy}
          onChange={(event) => {
            const keepBodies = event.currentTarget.checked;
            setOn(keepBodies);
            const saving = work.run(async () => {
              await call(() =>
                api.PATCH('/v2/community/inbound-webhooks/{webhookId}', {
                  params: { path: { webhookId: sender.id } },
                  body: { keepBodies },
                }),
              );
              onSaved();
            });
            void saving.then((isSaved) => isSaved || setOn(!keepBodies));
          }}
        />
        <span>
          {t('hooks.keepBodies')}
          <span class="sub">{t('hooks.keepBodiesHint')}</span>
        </span>
      </label>
      <WorkError work={work} />
    </>
  );
};

const parseMapping = (text: string): { value?: Record<string, unknown> | null; problem?: string } => {
  if (text.trim() === '') return { value: null };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { problem: t('hooks.mappingObject') };
    return { value: { ...value } };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : t('hooks.mappingObject') };
  }
};

type Trial = Data<'tryInboundWebhook'>;
const TYPING_MS = 300;
/** So many real calls, the newest first, a mapping is tried on when somebody asks, and before it is saved. */
const MAX_TRIED = 20;

/** What a mapping makes of the calls whose bodies are kept. */
interface Tried {
  /** The mapping, as its text in JSON: another one has another outcome. */
  readonly mapping: string;
  readonly calls: number;
  readonly mapped: number;
  /** Why the first of the others is not recorded, with its number. */
  readonly failed: { readonly number: number; readonly reason: string } | undefined;
}

/** Asks one after another: it is a look, and no load for the database. @throws ApiError */
const tryOnCalls = async (
  webhookId: string,
  mapping: Record<string, unknown> | null,
  numbers: readonly number[],
): Promise<Tried> => {
  let calls = 0;
  let mapped = 0;
  let failed: Tried['failed'];
  for (const number of numbers) {
    const trial = await tryOnCall(webhookId, mapping, number);
    if (!trial) continue;
    calls++;
    if (trial.status === 'recorded' && trial.items.every(({ status }) => status === 'recorded')) mapped++;
    else failed ??= { number, reason: reasonOf(trial) };
  }
  return { mapping: JSON.stringify(mapping), calls, mapped, failed };
};

/** Undefined where the body is not kept any more: it was a moment ago. */
const tryOnCall = async (
  webhookId: string,
  mapping: Record<string, unknown> | null,
  number: number,
): Promise<Trial | undefined> => {
  try {
    return await call(() =>
      api.POST('/v2/community/inbound-webhooks/{webhookId}/try', {
        params: { path: { webhookId } },
        body: { mapping, call: number },
      }),
    );
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
};

const reasonOf = ({ reason, items }: Trial): string =>
  (reason ?? items.find((item) => item.reason !== null)?.reason)?.message ?? '';
const SAMPLE = '{\n  "device": { "id": "gate-1" },\n  "event": "opened"\n}';

/** Mapping and sample side by side, and what Rollcall would record of it: asked for again when somebody stops typing. */
const MappingEditor = ({
  sender,
  onSaved,
}: {
  readonly sender: InboundRow;
  readonly onSaved: () => void;
}) => {
  const toast = useToast();
  const work = useWork();
  const calls = useCalls(sender.id);
  const kept = (calls.data?.items ?? []).filter(({ hasBody }) => hasBody);
  const [text, setText] = useState(sender.mapping ? JSON.stringify(sender.mapping, null, 2) : '');
  const [source, setSource] = useState('paste');
  const [sample, setSample] = useState(SAMPLE);
  const [trial, setTrial] = useState<Trial>();
  const [trialError, setTrialError] = useState<ApiError>();
  const [tried, setTried] = useState<Tried>();
  const { value, problem } = parseMapping(text);
  const numbers = kept.slice(0, MAX_TRIED).map(({ number }) => number);
  const wanted = JSON.stringify([value, source, source === 'paste' ? sample : '']);
  // What is asked for is all in the text.
  useEffect(() => {
    if (value === undefined) return;
    let isOver = false;
    const timer = setTimeout(() => {
      call(() =>
        api.POST('/v2/community/inbound-webhooks/{webhookId}/try', {
          params: { path: { webhookId: sender.id } },
          body: {
            mapping: value,
            ...(source === 'paste' ? { body: sample } : { call: Number(source) }),
          },
        }),
      ).then(
        (result) => {
          if (isOver) return;
          setTrial(result);
          setTrialError(undefined);
        },
        (error: unknown) => {
          if (!(error instanceof ApiError)) throw error;
          if (isOver) return;
          setTrial(undefined);
          setTrialError(error);
        },
      );
    }, TYPING_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  return (
    <Card title={t('hooks.mapping')} note={t('hooks.mappingNote')}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (value === undefined) return;
          void work.run(async () => {
            const outcome = numbers.length > 0 ? await tryOnCalls(sender.id, value, numbers) : undefined;
            await call(() =>
              api.PATCH('/v2/community/inbound-webhooks/{webhookId}', {
                params: { path: { webhookId: sender.id } },
                body: { mapping: value },
              }),
            );
            toast([t('hooks.mappingSaved'), ...(outcome ? [triedText(outcome)] : [])].join(' '));
            onSaved();
          });
        }}
      >
        <div class="panes">
          <div class="stack">
            <SelectField
              label={t('hooks.sample')}
              value={source}
              options={[
                ['paste', t('hooks.samplePaste')],
                ...kept.map(({ number }) => [String(number), t('hooks.sampleCall', { n: number })] as const),
              ]}
              onValue={setSource}
            />
            {source === 'paste' ? (
              <textarea
                class="code"
                spellcheck={false}
                aria-label={t('hooks.sampleBody')}
                value={sample}
                onInput={(event) => setSample(event.currentTarget.value)}
              />
            ) : (
              <p class="small muted">{t('hooks.sampleKept')}</p>
            )}
          </div>
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
          <div class="stack" aria-live="polite">
            <p class="small">
              <strong>{t('hooks.wouldRecord')}</strong>
            </p>
            {trialError && (
              <p class="small bad">
                {failureText(trialError)}
                {trialError.issues.map(({ path, message }) => (
                  <span class="sub" key={path}>
                    <code>{path}</code> {message}
                  </span>
                ))}
              </p>
            )}
            {trial && <TrialResult trial={trial} />}
            <p class="small muted">{t('hooks.tryNote')}</p>
          </div>
        </div>
        <WorkError work={work} />
        {tried && tried.mapping === JSON.stringify(value) && (
          <p role="status">
            <Badge tone={tried.mapped === tried.calls ? 'good' : 'warn'}>{triedText(tried)}</Badge>
            {tried.failed && (
              <span class="sub">
                {t('hooks.sampleCall', { n: tried.failed.number })}: {tried.failed.reason}
              </span>
            )}
          </p>
        )}
        <div class="row">
          <button type="submit" class="primary" disabled={value === undefined || work.isBusy}>
            {work.isBusy ? t('action.working') : t('hooks.saveMapping')}
          </button>
          {numbers.length > 0 && (
            <button
              type="button"
              disabled={value === undefined || work.isBusy}
              onClick={() => {
                if (value === undefined) return;
                void work.run(async () => setTried(await tryOnCalls(sender.id, value, numbers)));
              }}
            >
              {t('hooks.tryCalls', { n: numbers.length })}
            </button>
          )}
        </div>
      </form>
    </Card>
  );
};

const triedText = ({ calls, mapped }: Tried): string => t('hooks.triedCalls', { n: mapped, all: calls });

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const TrialResult = ({ trial }: { readonly trial: Trial }) => (
  <>
    {trial.reason && trial.items.length === 0 && <Badge tone="warn">{trial.reason.message}</Badge>}
    {trial.items.map((item) => (
      <div class="stack" key={item.index}>
        <div>
          <Badge tone={item.status === 'recorded' ? 'good' : 'warn'}>
            {t(`hooks.outcome.${item.status}`)}
            {item.reason && `: ${item.reason.message}`}
          </Badge>
          {item.reason?.errors?.map(({ path, message }) => (
            <span class="sub" key={path}>
              <code>{path}</code> {message}
            </span>
          ))}
        </div>
        <dl class="pair small">
          {item.fields.map(({ field, found, value }) => (
            <div key={field} style={{ display: 'contents' }}>
              <dt class="mono">{field}</dt>
              <dd class="mono">{value == null ? (found == null ? '–' : shown(found)) : shown(value)}</dd>
            </div>
          ))}
        </dl>
      </div>
    ))}
  </>
);

const useCalls = (id: string) =>
  useQuery(
    `inbound-calls ${id}`,
    () =>
      call(() =>
        api.GET('/v2/community/inbound-webhooks/{webhookId}/calls', { params: { path: { webhookId: id } } }),
      ),
    { every: 15_000 },
  );

const OUTCOME_TONE = { recorded: 'good', replayed: 'muted', ignored: 'warn', refused: 'bad' } as const;

const Calls = ({ id }: { readonly id: string }) => {
  const { zone } = useViewer();
  const now = useNow(15_000);
  const query = useCalls(id);
  const toast = useToast();
  const work = useWork();
  return (
    <Card flush title={t('hooks.lastCalls')}>
      <WorkError work={work} />
      <Reading query={query}>
        {({ items }) => (
          <Table
            empty={<Empty title={t('hooks.noCalls')}>{t('hooks.noCallsText')}</Empty>}
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
                title: t('action.actions'),
                isSilent: true,
                isNumber: true,
                cell: ({ number, hasBody, outcome }) =>
                  hasBody && outcome !== 'recorded' ? (
                    <button
                      type="button"
                      class="plain"
                      disabled={work.isBusy}
                      onClick={() =>
                        void work.run(async () => {
                          await call(() =>
                            api.POST('/v2/community/inbound-webhooks/{webhookId}/calls/{number}/resend', {
                              params: { path: { webhookId: id, number } },
                            }),
                          );
                          toast(t('hooks.resent'));
                          await query.refresh();
                        })
                      }
                    >
                      {t('hooks.resend')}
                    </button>
                  ) : null,
              },
              {
                title: t('hooks.size'),
                isNumber: true,
                isExtra: true,
                cell: ({ bodyBytes }) => t('hooks.bytes', { n: formatNumber(bodyBytes) }),
              },
            ]}
          />
        )}
      </Reading>
    </Card>
  );
};
