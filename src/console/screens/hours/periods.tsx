/** Closed periods: hours that nobody changes any more, and the late calls that wait for a decision. */
import { useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { formatDateTime, formatHours, formatNumber } from '../../kit/format.ts';
import { forget, useQuery } from '../../kit/query.ts';
import { href } from '../../kit/route.ts';
import { serverName, useServerNames } from '../../kit/servers.ts';
import { addDays, dayAt, monthStartOf } from '../../kit/time.ts';
import { ActionDialog, useToast, useWork, WorkError } from '../../ui/actions.tsx';
import { Badge, Card, Dialog, Instant, Name, TextField } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';

type Period = Data<'listPeriods'>['items'][number];
type Verified = Data<'verifyPeriod'>;

const readPeriods = () => call(() => api.GET('/v2/community/periods', { params: { query: { limit: 100 } } }));
const readQuestions = () =>
  call(() =>
    api.GET('/v2/community/periods/questions', { params: { query: { status: 'open', limit: 100 } } }),
  );

export const Periods = () => {
  const { may } = useViewer();
  const periods = useQuery('periods', readPeriods);
  const questions = useQuery('period-questions', readQuestions, { every: 60_000 });
  const [dialog, setDialog] = useState<{ what: 'close' } | { what: 'reopen' | 'verify'; of: Period }>();
  const close = () => setDialog(undefined);
  const onChanged = () => {
    forget('period');
    void periods.refresh();
    void questions.refresh();
  };
  const canChange = may('periods:write');
  return (
    <>
      {questions.data && questions.data.items.length > 0 && (
        <Questions items={questions.data.items} canDecide={canChange} onDecided={onChanged} />
      )}
      <Card
        flush
        title={t('periods.title')}
        note={t('periods.note')}
        actions={
          canChange && (
            <button type="button" class="primary" onClick={() => setDialog({ what: 'close' })}>
              <Icon name="lock" />
              {t('periods.close')}
            </button>
          )
        }
      >
        <Reading query={periods}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t('periods.none')}>{t('periods.noneText')}</Empty>
            ) : (
              <PeriodTable
                items={items}
                canChange={canChange}
                onVerify={(of) => setDialog({ what: 'verify', of })}
                onReopen={(of) => setDialog({ what: 'reopen', of })}
              />
            )
          }
        </Reading>
      </Card>
      {dialog?.what === 'close' && <ClosePeriod onClose={close} onClosed={onChanged} />}
      {dialog?.what === 'reopen' && <Reopen period={dialog.of} onClose={close} onDone={onChanged} />}
      {dialog?.what === 'verify' && <Verification period={dialog.of} onClose={close} />}
    </>
  );
};

const PeriodTable = ({
  items,
  canChange,
  onVerify,
  onReopen,
}: {
  readonly items: readonly Period[];
  readonly canChange: boolean;
  readonly onVerify: (period: Period) => void;
  readonly onReopen: (period: Period) => void;
}) => {
  const { zone } = useViewer();
  return (
    <Table
      caption={t('periods.title')}
      rows={items}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t('periods.until'),
          isHeader: true,
          cell: ({ to, note }) => (
            <>
              <Instant at={to} zone={zone} />
              {note && <span class="sub">{note}</span>}
            </>
          ),
        },
        {
          title: t('session.state'),
          cell: ({ status, reopenedAt }) =>
            status === 'closed' ? (
              <Badge tone="good">{t('periods.closed')}</Badge>
            ) : (
              <Badge tone="warn">
                {t('periods.reopened')} {reopenedAt && <Instant at={reopenedAt} zone={zone} />}
              </Badge>
            ),
        },
        { title: t('hours.hours'), isNumber: true, cell: ({ seconds }) => formatHours(seconds) },
        {
          title: t('periods.people'),
          isNumber: true,
          isExtra: true,
          cell: ({ accounts }) => formatNumber(accounts),
        },
        {
          title: t('periods.by'),
          isExtra: true,
          cell: ({ closedBy, closedAt }) => (
            <>
              <bdi class="cut">{closedBy.name}</bdi>, <Instant at={closedAt} zone={zone} />
            </>
          ),
        },
        {
          title: t('action.actions'),
          isSilent: true,
          isNumber: true,
          cell: (period) => (
            <span class="row end actions">
              <button type="button" class="plain" onClick={() => onVerify(period)}>
                {t('periods.verify')}
              </button>
              {canChange && period.status === 'closed' && (
                <button type="button" class="plain" onClick={() => onReopen(period)}>
                  {t('periods.reopen')}
                </button>
              )}
            </span>
          ),
        },
      ]}
    />
  );
};

/** Nothing of these calls has happened: a closed hour changes only where somebody says so. */
const Questions = ({
  items,
  canDecide,
  onDecided,
}: {
  readonly items: Data<'listPeriodQuestions'>['items'];
  readonly canDecide: boolean;
  readonly onDecided: () => void;
}) => {
  const { zone } = useViewer();
  const names = useServerNames();
  const toast = useToast();
  const work = useWork();
  const decide = (questionId: string, isAccepted: boolean) =>
    work.run(async () => {
      const params = { path: { questionId } };
      const send = () =>
        isAccepted
          ? call(() => api.POST('/v2/community/periods/questions/{questionId}/accept', { params }))
          : call(() => api.POST('/v2/community/periods/questions/{questionId}/dismiss', { params }));
      // A roster of many people takes several calls.
      for (let last = await send(); last.remaining; last = await send());
      toast(isAccepted ? t('periods.accepted') : t('periods.dismissed'));
      onDecided();
    });
  return (
    <Card flush title={t('periods.questions', { n: items.length })} note={t('periods.questionsNote')}>
      <WorkError work={work} />
      <Table
        caption={t('periods.questions', { n: items.length })}
        rows={items}
        keyOf={({ id }) => id}
        columns={[
          {
            title: t('person.name'),
            isHeader: true,
            cell: ({ accId, identifiers }) => {
              const name =
                identifiers.find(({ type }) => type === 'username')?.value ?? identifiers[0]?.value;
              return accId ? (
                <a class="name" href={href(['people', accId])}>
                  <Name name={name} id={accId} />
                </a>
              ) : (
                <Name name={name} id="–" />
              );
            },
          },
          { title: t('periods.says'), cell: ({ action }) => <span class="mono">{action}</span> },
          { title: t('periods.about'), cell: ({ occurredAt }) => <Instant at={occurredAt} zone={zone} /> },
          { title: t('periods.came'), isExtra: true, cell: ({ at }) => <Instant at={at} zone={zone} /> },
          { title: t('servers.server'), isExtra: true, cell: ({ serverId }) => serverName(serverId, names) },
          {
            title: t('action.actions'),
            isSilent: true,
            isNumber: true,
            cell: ({ id }) =>
              canDecide ? (
                <span class="row end actions">
                  <button
                    type="button"
                    class="plain"
                    disabled={work.isBusy}
                    onClick={() => void decide(id, true)}
                  >
                    {t('periods.accept')}
                  </button>
                  <button
                    type="button"
                    class="plain"
                    disabled={work.isBusy}
                    onClick={() => void decide(id, false)}
                  >
                    {t('periods.dismiss')}
                  </button>
                </span>
              ) : null,
          },
        ]}
      />
    </Card>
  );
};

const ClosePeriod = ({
  onClose,
  onClosed,
}: {
  readonly onClose: () => void;
  readonly onClosed: () => void;
}) => {
  const { zone } = useViewer();
  const toast = useToast();
  const today = dayAt(Date.now(), zone);
  const [to, setTo] = useState(addDays(monthStartOf(today), -1));
  const [note, setNote] = useState('');
  return (
    <ActionDialog
      title={t('periods.close')}
      consequence={<p>{t('periods.closeText')}</p>}
      confirm={t('periods.close')}
      canRun={to !== '' && to < today}
      onClose={onClose}
      onRun={async () => {
        const made = await call(() =>
          api.POST('/v2/community/periods', {
            body: { to, ...(note.trim() !== '' && { note: note.trim() }) },
          }),
        );
        toast(t('periods.done', { time: formatHours(made.seconds), n: made.accounts }));
        onClosed();
      }}
    >
      <TextField
        type="date"
        label={t('periods.lastDay')}
        value={to}
        max={addDays(today, -1)}
        onValue={setTo}
        required
      />
      <TextField label={t('periods.noteLabel')} value={note} onValue={setNote} maxLength={500} />
    </ActionDialog>
  );
};

const Reopen = ({
  period,
  onClose,
  onDone,
}: {
  readonly period: Period;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) => {
  const { zone, me } = useViewer();
  const toast = useToast();
  return (
    <ActionDialog
      title={t('periods.reopenTitle', { to: formatDateTime(Date.parse(period.to), zone) })}
      consequence={<p>{t('periods.reopenText')}</p>}
      confirm={t('periods.reopen')}
      isDanger
      asksReason
      typed={me?.community.name ?? ''}
      onClose={onClose}
      onRun={async (reason) => {
        await call(() =>
          api.DELETE('/v2/community/periods/{periodId}', {
            params: { path: { periodId: period.id } },
            body: { reason },
          }),
        );
        toast(t('periods.reopened'));
        onDone();
      }}
    />
  );
};

const Verification = ({ period, onClose }: { readonly period: Period; readonly onClose: () => void }) => {
  const { zone } = useViewer();
  const query = useQuery(`period-verify ${period.id}`, () =>
    call(() =>
      api.GET('/v2/community/periods/{periodId}/verify', { params: { path: { periodId: period.id } } }),
    ),
  );
  return (
    <Dialog
      title={t('periods.verifyTitle', { to: formatDateTime(Date.parse(period.to), zone) })}
      onClose={onClose}
      wide
    >
      <Reading query={query}>{(verified) => <Verdict verified={verified} />}</Reading>
      <div class="row end">
        <button type="button" class="primary" onClick={onClose}>
          {t('action.close')}
        </button>
      </div>
    </Dialog>
  );
};

const Verdict = ({ verified }: { readonly verified: Verified }) => (
  <div class="stack">
    <p>
      <Badge tone={verified.holds ? 'good' : 'bad'}>
        {verified.holds ? t('periods.holds') : t('periods.differs', { n: verified.differenceCount })}
      </Badge>
    </p>
    <p class="small muted">
      {verified.hashValid ? t('periods.hashValid') : t('periods.hashInvalid')} <code>{verified.hash}</code>
    </p>
    {verified.differences.length > 0 && (
      <Table
        caption={t('periods.differences')}
        rows={verified.differences}
        keyOf={({ accId }) => accId}
        columns={[
          {
            title: t('person.name'),
            isHeader: true,
            cell: ({ name, accId }) => <Name name={name} id={accId} />,
          },
          { title: t('session.reason'), cell: ({ reason }) => t(`periods.why.${reason}`) },
          { title: t('periods.then'), isNumber: true, cell: ({ stored }) => formatHours(stored.seconds) },
          { title: t('periods.now'), isNumber: true, cell: ({ now }) => formatHours(now.seconds) },
        ]}
      />
    )}
  </div>
);
