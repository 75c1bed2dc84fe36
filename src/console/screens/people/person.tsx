/** One person: who they are, when they were here, and why it says so. */
import { useState } from 'preact/hooks';
import { t, textOf } from '../../i18n/index.ts';
import { api, call } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import {
  formatDate,
  formatDay,
  formatDayRange,
  formatHours,
  formatNumber,
  formatZone,
} from '../../kit/format.ts';
import { usePages } from '../../kit/list.ts';
import { forget, forgetAll, useNow, useQuery } from '../../kit/query.ts';
import { changeQuery, go, href } from '../../kit/route.ts';
import { addDays, dayAt, isDay, monthStartOf } from '../../kit/time.ts';
import { rangeOf, sumOf, totalsByDay } from '../../kit/totals.ts';
import { ActionDialog, useToast } from '../../ui/actions.tsx';
import { Card, CopyButton, Name, Segmented, TextField } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { PageHead } from '../../ui/page.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { MorePages } from '../../ui/table.tsx';
import type { ScreenProps } from '../index.ts';
import { YearCalendar } from './calendar.tsx';
import { DayStrip } from './day-strip.tsx';
import { AddSession, type Session, Sessions } from './sessions.tsx';

const readAccount = (accountId: string) =>
  call(() => api.GET('/v2/community/accounts/{accountId}', { params: { path: { accountId } } }));

export const Person = ({ id, route }: ScreenProps & { readonly id: string }) => {
  const { zone, may } = useViewer();
  const query = useQuery(`person ${id}`, () => readAccount(id));
  const [dialog, setDialog] = useState<'merge' | 'erase'>();
  const name = query.data?.name ?? query.data?.accName;
  return (
    <>
      <PageHead
        title={<Name name={name} id={id} />}
        note={
          <span class="copy">
            <code>{id}</code>
            <CopyButton text={id} />
          </span>
        }
      >
        {may('admin') && (
          <>
            <button type="button" onClick={() => setDialog('merge')}>
              {t('person.merge')}
            </button>
            <button type="button" onClick={() => setDialog('erase')}>
              {t('person.erase')}
            </button>
          </>
        )}
      </PageHead>
      <Reading query={query} lines={4}>
        {(account) => <Facts account={account} zone={zone} />}
      </Reading>
      <Presence id={id} route={route} />
      {dialog === 'merge' && <Merge id={id} name={name ?? id} onClose={() => setDialog(undefined)} />}
      {dialog === 'erase' && <Erase id={id} name={name ?? id} onClose={() => setDialog(undefined)} />}
    </>
  );
};

type Account = Awaited<ReturnType<typeof readAccount>>;

const Facts = ({ account, zone }: { readonly account: Account; readonly zone: string }) => (
  <dl class="pair card" style={{ padding: '16px' }}>
    <div>
      <dt>{t('person.firstSeen')}</dt>
      <dd>{formatDate(Date.parse(account.joinDate), zone)}</dd>
    </div>
    <div>
      <dt>{t('person.lastSeen')}</dt>
      <dd>{account.lastLogin ? formatDate(Date.parse(account.lastLogin), zone) : t('person.never')}</dd>
    </div>
    {account.names.length > 1 && (
      <div>
        <dt>{t('person.formerNames')}</dt>
        <dd>
          {account.names.slice(1).map(({ name, since }) => (
            <span key={`${name} ${since}`} class="sub">
              <bdi>{name}</bdi> · {formatDate(Date.parse(since), zone)}
            </span>
          ))}
        </dd>
      </div>
    )}
    {account.identifiers.idents
      .filter(({ type }) => type !== 'accId')
      .map(({ type, value }) => (
        <div key={`${type} ${value}`}>
          <dt>{textOf(`person.identifier.${type}`, type)}</dt>
          <dd class="copy">
            <bdi class="mono">{value}</bdi>
            <CopyButton text={value} />
          </dd>
        </div>
      ))}
  </dl>
);

const LIMIT = 50;

/** The year, and the sessions of a day or a month of it. */
const Presence = ({ id, route }: ScreenProps & { readonly id: string }) => {
  const { zone, may } = useViewer();
  const [isAdding, setAdding] = useState(false);
  const now = useNow(30_000);
  const today = dayAt(now, zone);
  const day = isDay(route.query.day) ? route.query.day : undefined;
  const from = day ?? (isDay(route.query.from) ? route.query.from : monthStartOf(today));
  const to = day ?? (isDay(route.query.to) && route.query.to >= from ? route.query.to : today);
  const yearStart = addDays(today, -364);
  const year = useQuery(`person-year ${id} ${yearStart}`, () => totalsByDay(yearStart, today, id));
  const key = `person-sessions ${id} ${from} ${to}`;
  // A session that began the evening before reaches into the day: it belongs on the strip of it.
  const range = rangeOf(addDays(from, -1), to, zone);
  const load = async (cursor?: string) => {
    const page = await call(() =>
      api.GET('/v2/community/activity', {
        params: {
          query: {
            accId: id,
            ...range,
            limit: LIMIT,
            includeVoided: 'true',
            ...(cursor !== undefined && { cursor }),
          },
        },
      }),
    );
    return {
      items: page.items.filter((session) => reaches(session, rangeOf(from, to, zone))),
      nextCursor: page.nextCursor,
    };
  };
  const list = usePages(key, load);
  const onChanged = () => {
    forget('person');
    forget('week');
    forget('leaders');
    void list.refresh();
    void year.refresh();
  };
  return (
    <>
      <Card
        title={t('person.year')}
        note={
          year.data &&
          t('person.yearSum', { time: formatHours(sumOf(year.data).seconds), n: year.data.length })
        }
      >
        <Reading query={year} lines={4}>
          {(days) => (
            <YearCalendar
              from={yearStart}
              to={today}
              totals={new Map(days.map((total) => [total.day, total]))}
              selected={day}
              onDay={(next) => changeQuery({ day: next, from: '', to: '' })}
            />
          )}
        </Reading>
      </Card>
      <Card
        flush
        title={
          day
            ? formatDay(day, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
            : t('person.sessions')
        }
        note={day ? t('state.zone', { zone: formatZone(zone, now) }) : formatDayRange(from, to)}
        actions={
          <>
            {may('sessions:import') && (
              <button type="button" onClick={() => setAdding(true)}>
                <Icon name="plus" />
                {t('session.add')}
              </button>
            )}
            {day ? (
              <>
                <button
                  type="button"
                  class="icon-only"
                  aria-label={t('person.dayBefore')}
                  onClick={() => changeQuery({ day: addDays(day, -1) })}
                >
                  <Icon name="left" />
                </button>
                <button
                  type="button"
                  class="icon-only"
                  aria-label={t('person.dayAfter')}
                  disabled={day >= today}
                  onClick={() => changeQuery({ day: addDays(day, 1) })}
                >
                  <Icon name="right" />
                </button>
                <button type="button" onClick={() => changeQuery({ day: '' })}>
                  {t('person.allSessions')}
                </button>
              </>
            ) : (
              <Segmented
                label={t('hours.period')}
                value={from === monthStartOf(today) ? 'month' : from === yearStart ? 'year' : 'other'}
                options={[
                  ['month', t('hours.period.month')],
                  ['year', t('person.lastYear')],
                ]}
                onValue={(next) => changeQuery({ from: next === 'year' ? yearStart : '', to: '' })}
              />
            )}
          </>
        }
      >
        <Reading query={list}>
          {() => (
            <>
              {day && <DayStrip day={day} zone={zone} now={now} sessions={list.items} />}
              {list.items.length === 0 ? (
                <Empty title={day ? t('person.noneOnDay') : t('person.none')}>{t('person.noneText')}</Empty>
              ) : (
                <Sessions sessions={list.items} zone={zone} onChanged={onChanged} />
              )}
              <MorePages list={list} onlyIfMore />
            </>
          )}
        </Reading>
      </Card>
      {isAdding && (
        <AddSession
          accountId={id}
          day={day ?? today}
          zone={zone}
          onClose={() => setAdding(false)}
          onChanged={onChanged}
        />
      )}
    </>
  );
};

const reaches = ({ start, end, lastSeen }: Session, { from, to }: { from: string; to: string }): boolean =>
  start < to && (end ?? lastSeen ?? start) >= from;

const Merge = ({
  id,
  name,
  onClose,
}: {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}) => {
  const toast = useToast();
  const [into, setInto] = useState('');
  return (
    <ActionDialog
      title={t('person.mergeTitle', { name })}
      consequence={<p>{t('person.mergeText')}</p>}
      confirm={t('person.merge')}
      isDanger
      canRun={into.trim() !== ''}
      onClose={onClose}
      onRun={async () => {
        await call(() =>
          api.POST('/v2/community/accounts/{accountId}/merge', {
            params: { path: { accountId: id } },
            body: { into: into.trim() },
          }),
        );
        forgetAll();
        toast(t('person.merged'));
        go(href(['people', into.trim()]));
      }}
    >
      <TextField
        label={t('person.mergeInto')}
        hint={t('person.mergeHint')}
        value={into}
        onValue={setInto}
        required
        autoComplete="off"
      />
    </ActionDialog>
  );
};

const Erase = ({
  id,
  name,
  onClose,
}: {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}) => {
  const toast = useToast();
  const [dropsSessions, setDrops] = useState(false);
  const sessions = useQuery(`person-count ${id}`, async () => {
    const year = await call(() =>
      api.GET('/v2/community/activity', {
        params: { query: { accId: id, limit: 1000, includeVoided: 'true' } },
      }),
    );
    return { n: year.items.length, isMore: year.nextCursor !== null };
  });
  return (
    <ActionDialog
      title={t('person.eraseTitle', { name })}
      consequence={
        <>
          <p>{t('person.eraseText')}</p>
          {sessions.data && (
            <p>
              <strong>
                {t('person.eraseCount', { n: sessions.data.n })}
                {sessions.data.isMore && ` (${t('person.eraseMore', { n: formatNumber(sessions.data.n) })})`}
              </strong>
            </p>
          )}
        </>
      }
      confirm={t('person.erase')}
      isDanger
      typed={name}
      onClose={onClose}
      onRun={async () => {
        await call(() =>
          api.DELETE('/v2/community/accounts/{accountId}', {
            params: { path: { accountId: id }, query: dropsSessions ? { sessions: 'true' } : {} },
          }),
        );
        forgetAll();
        toast(t('person.erased'));
        go(href(['people']));
      }}
    >
      <label class="check">
        <input
          type="checkbox"
          checked={dropsSessions}
          onChange={(event) => setDrops(event.currentTarget.checked)}
        />
        <span>
          {t('person.eraseSessions')}
          <span class="sub">{t('person.eraseSessionsHint')}</span>
        </span>
      </label>
    </ActionDialog>
  );
};
