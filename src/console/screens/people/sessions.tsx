/** Sessions of one person, what changed them, and how to mend them: each with its reason and with what follows. */
import { useState } from 'preact/hooks';
import { hasText, t } from '../../i18n/index.ts';
import { ApiError, api, call, type Data } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { formatDateTime, formatDuration, formatTime, formatZone } from '../../kit/format.ts';
import { useQuery } from '../../kit/query.ts';
import { namesIn, serverName, useServerNames, useServers } from '../../kit/servers.ts';
import { dayAt, fromLocal, toLocalField, toZoned } from '../../kit/time.ts';
import { ActionDialog, useToast } from '../../ui/actions.tsx';
import { Badge, CopyButton, Dialog, Instant, SelectField, TextField, type Tone } from '../../ui/basics.tsx';
import { Failure, Reading, Skeleton } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';

export type Session = Data<'listActivity'>['items'][number];
type Revision = Data<'listActivityRevisions'>['items'][number];
type Open = { readonly what: 'correct' | 'join' | 'void' | 'details'; readonly session: Session };

/** What a session's end says of itself. */
export const stateOf = ({
  status,
  voidedAt,
  closeKind,
  unconfirmed,
}: Session): { tone: Tone; text: string } => {
  if (voidedAt) return { tone: 'muted', text: t('session.voided') };
  if (status) return { tone: 'good', text: t('session.open') };
  const text =
    closeKind && hasText(`session.kind.${closeKind}`) ? t(`session.kind.${closeKind}`) : (closeKind ?? '');
  return { tone: unconfirmed ? 'warn' : 'muted', text };
};

/** Who is on is on until now: what is counted so far is for the totals to say. */
const lengthOf = ({ start, end }: Pick<Session, 'start' | 'end'>, now = Date.now()): number =>
  Math.max(0, (end ? Date.parse(end) : now) - Date.parse(start));

/** The time alone, where it ended on the day on which it began. */
const endOf = ({ start }: Session, end: string, zone: string): string => {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  return dayAt(from, zone) === dayAt(to, zone) ? formatTime(to, zone) : formatDateTime(to, zone);
};

export const Sessions = ({
  sessions,
  zone,
  onChanged,
}: {
  readonly sessions: readonly Session[];
  readonly zone: string;
  readonly onChanged: () => void;
}) => {
  const { may } = useViewer();
  const names = useServerNames();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const canChange = may('sessions:correct');
  return (
    <>
      <Table
        caption={t('person.sessions')}
        rows={sessions}
        keyOf={({ id }) => id}
        columns={[
          {
            title: t('session.start'),
            isHeader: true,
            cell: (session) => (
              <span id={`session-${session.id}`} tabIndex={-1}>
                <Instant at={session.start} zone={zone} />
                {/* On a phone there is one column for what are four elsewhere. */}
                <span class="show-s sub tabular">
                  {session.end ? `– ${endOf(session, session.end, zone)}` : t('session.running')} ·{' '}
                  {formatDuration(lengthOf(session))}
                </span>
                <span class="show-s sub">
                  <Badge tone={stateOf(session).tone}>{stateOf(session).text}</Badge>
                </span>
              </span>
            ),
          },
          {
            title: t('session.end'),
            isExtra: true,
            cell: (session) =>
              session.end ? (
                <Instant at={session.end} zone={zone} />
              ) : (
                <span class="muted">{t('session.running')}</span>
              ),
          },
          {
            title: t('session.length'),
            isNumber: true,
            isExtra: true,
            cell: (session) => formatDuration(lengthOf(session)),
          },
          { title: t('servers.server'), isExtra: true, cell: ({ serverId }) => serverName(serverId, names) },
          {
            title: t('session.state'),
            isExtra: true,
            cell: (session) => {
              const { tone, text } = stateOf(session);
              return (
                <>
                  <Badge tone={tone}>{text}</Badge>
                  {session.continues && <span class="sub">{t('session.afterSilence')}</span>}
                  {session.clearReason && <span class="sub">{session.clearReason}</span>}
                </>
              );
            },
          },
          {
            title: t('action.actions'),
            isSilent: true,
            isNumber: true,
            cell: (session) => (
              <span class="row end actions">
                {canChange && session.continues && !session.voidedAt && (
                  <button type="button" class="plain" onClick={() => setOpen({ what: 'join', session })}>
                    {t('session.join')}
                  </button>
                )}
                {canChange && !session.voidedAt && (
                  <button type="button" class="plain" onClick={() => setOpen({ what: 'correct', session })}>
                    {t('session.correct')}
                  </button>
                )}
                <button type="button" class="plain" onClick={() => setOpen({ what: 'details', session })}>
                  {t('session.why')}
                </button>
              </span>
            ),
          },
        ]}
      />
      {open?.what === 'correct' && (
        <Correct session={open.session} zone={zone} onClose={close} onChanged={onChanged} />
      )}
      {open?.what === 'join' && open.session.continues && (
        <Join
          session={open.session}
          earlierId={open.session.continues}
          known={sessions}
          zone={zone}
          onClose={close}
          onChanged={onChanged}
        />
      )}
      {open?.what === 'void' && (
        <VoidSession session={open.session} zone={zone} onClose={close} onChanged={onChanged} />
      )}
      {open?.what === 'details' && (
        <Details
          session={open.session}
          zone={zone}
          onClose={close}
          {...(canChange &&
            !open.session.voidedAt && { onVoid: () => setOpen({ what: 'void', session: open.session }) })}
        />
      )}
    </>
  );
};

interface ChangeProps {
  readonly session: Session;
  readonly zone: string;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

const StartAndEnd = ({
  start,
  onStart,
  end,
  onEnd,
  isBackwards,
  needsEnd,
}: {
  readonly start: string;
  readonly onStart: (value: string) => void;
  readonly end: string;
  readonly onEnd: (value: string) => void;
  readonly isBackwards: boolean;
  readonly needsEnd?: boolean;
}) => (
  <>
    <TextField type="datetime-local" label={t('session.start')} value={start} onValue={onStart} required />
    <TextField
      type="datetime-local"
      label={t('session.end')}
      value={end}
      onValue={onEnd}
      problem={isBackwards ? t('session.backwards') : undefined}
      {...(needsEnd && { required: true })}
    />
  </>
);

const Correct = ({ session, zone, onClose, onChanged }: ChangeProps) => {
  const toast = useToast();
  const startField = toLocalField(Date.parse(session.start), zone);
  const endField = session.end ? toLocalField(Date.parse(session.end), zone) : '';
  const [start, setStart] = useState(startField);
  const [end, setEnd] = useState(endField);
  const newStart = start === startField ? Date.parse(session.start) : fromLocal(start, zone);
  const newEnd =
    end === endField ? (session.end ? Date.parse(session.end) : undefined) : fromLocal(end, zone);
  const before = lengthOf(session);
  const after = newEnd === undefined ? undefined : newEnd - newStart;
  const isBackwards = after !== undefined && after < 0;
  return (
    <ActionDialog
      title={t('session.correctTitle')}
      consequence={
        <>
          <p>{t('session.correctText', { zone: formatZone(zone, Date.parse(session.start)) })}</p>
          {!session.end && <p>{t('session.correctOpen')}</p>}
        </>
      }
      confirm={t('session.correct')}
      asksReason
      canRun={(start !== startField || end !== endField) && !isBackwards && start !== ''}
      onClose={onClose}
      onRun={async (reason) => {
        await call(() =>
          api.PATCH('/v2/community/activity/{activityId}', {
            params: { path: { activityId: session.id } },
            body: {
              ...(start !== startField && { start: toZoned(newStart, zone) }),
              ...(end !== endField && newEnd !== undefined && { end: toZoned(newEnd, zone) }),
              reason,
            },
          }),
        );
        toast(t('session.corrected'));
        onChanged();
      }}
    >
      <div class="fields">
        <StartAndEnd start={start} onStart={setStart} end={end} onEnd={setEnd} isBackwards={isBackwards} />
      </div>
      {after !== undefined && !isBackwards && <BeforeAfter before={before} after={after} />}
    </ActionDialog>
  );
};

/** Hours that no server told of: a whole session, with the reason kept in it. */
export const AddSession = ({
  accountId,
  day,
  zone,
  onClose,
  onChanged,
}: {
  readonly accountId: string;
  readonly day: string;
  readonly zone: string;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) => {
  const toast = useToast();
  const servers = useServers();
  const names = namesIn(servers);
  const [serverId, setServer] = useState('');
  const [start, setStart] = useState(`${day}T18:00`);
  const [end, setEnd] = useState(`${day}T20:00`);
  const chosen = serverId || String(servers[0]?.id ?? 1);
  const isBackwards = end !== '' && start !== '' && fromLocal(end, zone) <= fromLocal(start, zone);
  return (
    <ActionDialog
      title={t('session.addTitle')}
      consequence={<p>{t('session.addText', { zone: formatZone(zone, Date.now()) })}</p>}
      confirm={t('session.add')}
      asksReason
      canRun={start !== '' && end !== '' && !isBackwards}
      onClose={onClose}
      onRun={async (reason) => {
        const { results } = await call(() =>
          api.POST('/v2/community/activity/import', {
            body: {
              sessions: [
                {
                  accId: accountId,
                  serverId: Number(chosen),
                  start: toZoned(fromLocal(start, zone), zone),
                  end: toZoned(fromLocal(end, zone), zone),
                  metadata: { reason },
                },
              ],
            },
          }),
        );
        const [result] = results;
        if (result?.status !== 'imported') {
          throw new ApiError(409, {
            detail: result?.message ?? t('import.status.duplicate'),
            errors: result?.errors,
          });
        }
        toast(t('session.added'));
        onChanged();
      }}
    >
      <div class="fields">
        <StartAndEnd
          start={start}
          onStart={setStart}
          end={end}
          onEnd={setEnd}
          isBackwards={isBackwards}
          needsEnd
        />
      </div>
      <SelectField
        label={t('servers.server')}
        value={chosen}
        options={(servers.length > 0 ? servers.map(({ id }) => id) : [1]).map(
          (id) => [String(id), serverName(id, names)] as const,
        )}
        onValue={setServer}
      />
    </ActionDialog>
  );
};

/** Who knows that only the line was down says so: the time between the two sessions counts from then on. */
const Join = ({
  session,
  earlierId,
  known,
  zone,
  onClose,
  onChanged,
}: ChangeProps & { readonly earlierId: string; readonly known: readonly Session[] }) => {
  const toast = useToast();
  const found = known.find(({ id }) => id === earlierId);
  const query = useQuery(found ? undefined : `session ${earlierId}`, () =>
    call(() =>
      api.GET('/v2/community/activity/{activityId}', { params: { path: { activityId: earlierId } } }),
    ),
  );
  const earlier = found ?? query.data;
  const until = earlier?.end ?? earlier?.lastSeen ?? earlier?.start;
  const silence = until === undefined ? 0 : Date.parse(session.start) - Date.parse(until);
  const at = (instant: string) => formatDateTime(Date.parse(instant), zone);
  return (
    <ActionDialog
      title={t('session.joinTitle')}
      consequence={
        earlier && until ? (
          <>
            <p>{t('session.joinText', { from: at(until), to: at(session.start) })}</p>
            <ul class="bullets">
              <li>{t('session.joinCounts', { time: formatDuration(silence) })}</li>
              <li>{t('session.joinVoid', { start: at(session.start) })}</li>
              <li>{t('session.joinKept')}</li>
            </ul>
          </>
        ) : query.error ? (
          <Failure error={query.error} />
        ) : (
          <Skeleton lines={2} />
        )
      }
      confirm={t('session.join')}
      asksReason
      canRun={earlier !== undefined}
      onClose={onClose}
      onRun={async (reason) => {
        await call(() =>
          api.POST('/v2/community/activity/{activityId}/join', {
            params: { path: { activityId: earlierId } },
            body: { reason },
          }),
        );
        toast(t('session.joined'));
        onChanged();
      }}
    >
      {earlier && until && (
        <BeforeAfter
          before={lengthOf(session) + Date.parse(until) - Date.parse(earlier.start)}
          after={lengthOf({ start: earlier.start, end: session.end })}
        />
      )}
    </ActionDialog>
  );
};

const BeforeAfter = ({ before, after }: { readonly before: number; readonly after: number }) => (
  <p class="consequence" aria-live="polite">
    <span>
      {t('session.before')} <strong class="tabular">{formatDuration(before)}</strong> → {t('session.after')}{' '}
      <strong class="tabular">{formatDuration(after)}</strong>
    </span>
  </p>
);

const VoidSession = ({ session, zone, onClose, onChanged }: ChangeProps) => {
  const toast = useToast();
  return (
    <ActionDialog
      title={t('session.voidTitle')}
      consequence={
        <p>
          {t('session.voidText', {
            start: formatDateTime(Date.parse(session.start), zone),
            time: formatDuration(lengthOf(session)),
          })}
        </p>
      }
      confirm={t('session.void')}
      isDanger
      asksReason
      onClose={onClose}
      onRun={async (reason) => {
        await call(() =>
          api.DELETE('/v2/community/activity/{activityId}', {
            params: { path: { activityId: session.id } },
            body: { reason },
          }),
        );
        toast(t('session.voidDone'));
        onChanged();
      }}
    />
  );
};

/** Why it says what it says: how it ended, when it was last seen, and every correction with before and after. */
const Details = ({
  session,
  zone,
  onClose,
  onVoid,
}: {
  readonly session: Session;
  readonly zone: string;
  readonly onClose: () => void;
  readonly onVoid?: () => void;
}) => {
  const names = useServerNames();
  const { tone, text } = stateOf(session);
  const revisions = useQuery(`revisions ${session.id}`, () =>
    call(() =>
      api.GET('/v2/community/activity/{activityId}/revisions', {
        params: { path: { activityId: session.id } },
      }),
    ),
  );
  const why = session.voidedAt
    ? 'session.because.voided'
    : session.status
      ? 'session.because.open'
      : `session.because.${session.closeKind}`;
  return (
    <Dialog title={t('session.whyTitle')} onClose={onClose} wide>
      <dl class="pair">
        <dt>{t('session.state')}</dt>
        <dd>
          <Badge tone={tone}>{text}</Badge>
        </dd>
        <dt>{t('session.start')}</dt>
        <dd>
          <Instant at={session.start} zone={zone} />
        </dd>
        <dt>{t('session.end')}</dt>
        <dd>{session.end ? <Instant at={session.end} zone={zone} /> : '–'}</dd>
        <dt>{t('now.lastSeen')}</dt>
        <dd>
          <Instant at={session.lastSeen} zone={zone} />
        </dd>
        <dt>{t('servers.server')}</dt>
        <dd>{serverName(session.serverId, names)}</dd>
        {session.continues && (
          <>
            <dt>{t('session.continues')}</dt>
            <dd class="copy">
              <code>{session.continues}</code>
              <CopyButton text={session.continues} />
            </dd>
          </>
        )}
        {session.clearReason && (
          <>
            <dt>{t('session.reason')}</dt>
            <dd>{session.clearReason}</dd>
          </>
        )}
        {Object.entries(session.metadata ?? {}).map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt class="mono">{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
        <dt>{t('session.id')}</dt>
        <dd class="copy">
          <code>{session.id}</code>
          <CopyButton text={session.id} />
        </dd>
      </dl>
      {hasText(why) && <p class="banner info">{t(why)}</p>}
      <h3>{t('session.revisions')}</h3>
      <Reading query={revisions} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted small">{t('session.noRevisions')}</p>
          ) : (
            <ol class="timeline">
              {items.map((revision) => (
                <RevisionItem key={revision.id} revision={revision} zone={zone} />
              ))}
            </ol>
          )
        }
      </Reading>
      <div class="row end">
        {onVoid && (
          <button type="button" onClick={onVoid}>
            {t('session.void')}
          </button>
        )}
        <button type="button" class="primary" onClick={onClose}>
          {t('action.close')}
        </button>
      </div>
    </Dialog>
  );
};

const DONE = {
  corrected: 'session.wasCorrected',
  joined: 'session.wasJoined',
  voided: 'session.wasVoided',
} as const;

const RevisionItem = ({ revision, zone }: { readonly revision: Revision; readonly zone: string }) => {
  const { before, after } = revision;
  const instant = (value: string | null) => (value ? formatDateTime(Date.parse(value), zone) : '–');
  const changes = [
    before.start !== after.start && (['session.start', instant(before.start), instant(after.start)] as const),
    before.end !== after.end && (['session.end', instant(before.end), instant(after.end)] as const),
  ].filter((change) => change !== false);
  return (
    <li>
      <span class="when">
        <Instant at={revision.at} zone={zone} />
      </span>
      <span class="dot" />
      <div class="what">
        {t(DONE[revision.action], { who: revision.by.name })}
        <span class="sub">“{revision.reason}”</span>
        {changes.map(([key, old, now]) => (
          <div class="diff" key={key}>
            <span class="muted">{t(key)}</span>
            <span>
              <del>{old}</del> → <ins>{now}</ins>
            </span>
          </div>
        ))}
      </div>
    </li>
  );
};
