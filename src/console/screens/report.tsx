/** Who did what: the report of people's activity, the trail of administrators, and the chain that vouches for both. */
import { useMemo, useState } from 'preact/hooks';
import { locale, t, textOf } from '../i18n/index.ts';
import { ApiError, api, call, type Data } from '../kit/api.ts';
import { useViewer } from '../kit/context.ts';
import { toCsv } from '../kit/csv.ts';
import { download } from '../kit/download.ts';
import { formatDateTime, formatDayRange, formatDuration, formatNumber, formatZone } from '../kit/format.ts';
import { useQuery } from '../kit/query.ts';
import { changeQuery, href } from '../kit/route.ts';
import { readNote, writeNote } from '../kit/session.ts';
import { addDays, dayAt, fromLocal, isDay, toZoned } from '../kit/time.ts';
import { useWork, WorkError } from '../ui/actions.tsx';
import { Badge, Card, CopyButton, Instant, SelectField, Tabs, TextField } from '../ui/basics.tsx';
import { Icon } from '../ui/icons.tsx';
import { PageHead } from '../ui/page.tsx';
import { Empty, Reading } from '../ui/states.tsx';
import { type Column, MoreOf, Table, useSome } from '../ui/table.tsx';
import type { ScreenProps } from './index.ts';

type Row = Data<'listActivities'>['records'][number];
const VIEWS = ['report', 'audit', 'chain'] as const;
const MAX_DAYS = 31;
const CATEGORIES = [
  'LOGINS',
  'USERS_JOINED',
  'ACCOUNT_CHANGED',
  'ITEMS_VIEWED',
  'PROCESSES_VIEWED',
  'POLICIES_VIEWED',
  'DECISIONS_VIEWED',
  'SPACES_VIEWED',
  'COMMENTS',
  'ITEMS_CHANGED',
  'SNAPSHOTS',
] as const;

export const Report = ({ route }: ScreenProps) => {
  const { zone, may } = useViewer();
  const views = VIEWS.filter((view) => view !== 'chain' || may('audit:read'));
  const view = views.find((one) => one === route.path[1]) ?? 'report';
  return (
    <>
      <PageHead title={t('nav.report')} note={t('state.zone', { zone: formatZone(zone, Date.now()) })} />
      <Tabs
        label={t('nav.report')}
        items={views.map((one) => ({
          href: href(['report', one]),
          text: t(`report.${one}`),
          isCurrent: one === view,
        }))}
      />
      {view === 'chain' ? <Chain /> : <Records key={view} route={route} isAudit={view === 'audit'} />}
    </>
  );
};

/** An empty report is 404 in that family, unless a setting says otherwise. */
const readReport = async (from: string, to: string, type: string, zone: string): Promise<readonly Row[]> => {
  try {
    const { records } = await call(() =>
      api.GET('/scr/api/activity', {
        params: {
          query: {
            startDate: toZoned(fromLocal(from, zone), zone),
            endDate: toZoned(fromLocal(addDays(to, 1), zone) - 1, zone),
            type,
          },
        },
      }),
    );
    return records;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
};

const Records = ({ route, isAudit }: ScreenProps & { readonly isAudit: boolean }) => {
  const { zone } = useViewer();
  const today = dayAt(Date.now(), zone);
  const to = isDay(route.query.to) ? route.query.to : today;
  const earliest = addDays(to, 1 - MAX_DAYS);
  const wanted = isDay(route.query.from) ? route.query.from : addDays(to, isAudit ? 1 - MAX_DAYS : -6);
  const from = wanted > to ? to : wanted < earliest ? earliest : wanted;
  const type = isAudit ? 'ACCOUNT_CHANGED' : (CATEGORIES.find((one) => one === route.query.type) ?? 'LOGINS');
  const user = (route.query.user ?? '').trim().toLocaleLowerCase();
  const query = useQuery(`report ${type} ${from} ${to}`, () => readReport(from, to, type, zone));
  // A month of a large community has thousands of them: sorted out once, not at each drawing.
  const newestFirst = useMemo(
    () => (query.data ?? []).filter((row) => row.user.toLocaleLowerCase().includes(user)).reverse(),
    [query.data, user],
  );
  return (
    <>
      <div class="filters">
        {!isAudit && (
          <SelectField
            wide
            label={t('report.category')}
            value={type}
            options={CATEGORIES.map((one) => [one, t(`report.type.${one}`)] as const)}
            onValue={(next) => changeQuery({ type: next })}
          />
        )}
        <TextField
          type="date"
          label={t('filter.from')}
          value={from}
          min={earliest}
          max={to}
          onValue={(value) => changeQuery({ from: value })}
        />
        <TextField
          type="date"
          label={t('filter.to')}
          value={to}
          max={today}
          onValue={(value) => changeQuery({ to: value, from: '' })}
        />
        <TextField
          wide
          type="search"
          label={t('report.user')}
          value={route.query.user ?? ''}
          onValue={(value) => changeQuery({ user: value }, { replace: true })}
        />
        <button
          type="button"
          disabled={newestFirst.length === 0}
          onClick={() =>
            download(
              `${isAudit ? 'audit' : 'report'}-${from}-${to}.csv`,
              reportCsv([...newestFirst].reverse()),
            )
          }
        >
          <Icon name="download" />
          {t('action.spreadsheet')}
        </button>
      </div>
      <Card
        flush
        title={isAudit ? t('report.auditTitle') : t(`report.type.${type as (typeof CATEGORIES)[number]}`)}
        note={`${formatDayRange(from, to)} · ${t('report.rows', { n: newestFirst.length })}`}
      >
        <Reading query={query} lines={6}>
          {() =>
            newestFirst.length === 0 ? (
              <Empty title={t('report.none')}>{isAudit ? t('report.noneAudit') : t('report.noneText')}</Empty>
            ) : isAudit ? (
              <Trail records={newestFirst} zone={zone} />
            ) : (
              <ReportTable records={newestFirst} zone={zone} isLogins={type === 'LOGINS'} />
            )
          }
        </Reading>
      </Card>
    </>
  );
};

/** Sessions say their times in columns, so their sentence is left out; all else is told by its sentence. */
const ReportTable = ({
  records,
  zone,
  isLogins,
}: {
  readonly records: readonly Row[];
  readonly zone: string;
  readonly isLogins: boolean;
}) => {
  const columns: Column<{ row: Row; index: number }>[] = [
    { title: t('log.time'), cell: ({ row }) => <Instant at={row.time} zone={zone} /> },
    { title: t('report.who'), isHeader: true, cell: ({ row }) => <bdi class="cut">{row.user}</bdi> },
  ];
  if (isLogins) {
    columns.push(
      {
        title: t('session.end'),
        isExtra: true,
        cell: ({ row }) =>
          row.endTime ? (
            <Instant at={row.endTime} zone={zone} />
          ) : (
            <span class="muted">{t('session.running')}</span>
          ),
      },
      {
        title: t('session.length'),
        isNumber: true,
        cell: ({ row }) =>
          row.endTime ? (
            formatDuration(Date.parse(row.endTime) - Date.parse(row.time))
          ) : (
            <>
              <span class="hide-s">–</span>
              <span class="show-s muted">{t('session.running')}</span>
            </>
          ),
      },
    );
  } else {
    columns.push({ title: t('report.what'), cell: ({ row }) => row.message });
  }
  columns.push({
    title: t('report.kind'),
    isExtra: true,
    cell: ({ row }) => <span title={row.message}>{textOf(`report.kind.${row.type}`, row.type)}</span>,
  });
  return (
    <Table
      caption={t('report.report')}
      isLong
      rows={records.map((row, index) => ({ row, index }))}
      keyOf={({ index }) => index}
      columns={columns}
    />
  );
};

const reportCsv = (records: readonly Row[]): string =>
  toCsv(
    ['time', 'endTime', 'user', 'type', 'subType', 'message'],
    records.map((row) => [
      row.time,
      row.endTime ?? null,
      row.user,
      row.type,
      row.subType ?? null,
      row.message,
    ]),
    'spreadsheet',
    locale(),
  );

const KNOWN = ['message', 'time', 'timeStamp', 'endTime', 'type', 'subType', 'user'];

/** A sentence an event; all of it for who wants it. */
const Trail = ({ records, zone }: { readonly records: readonly Row[]; readonly zone: string }) => {
  const some = useSome(records);
  return (
    <>
      <ol class="timeline" style={{ padding: '8px 0 12px' }}>
        {some.shown.map((row, index) => {
          const more = Object.entries(row).filter(([name]) => !KNOWN.includes(name));
          return (
            <li key={index}>
              <span class="when">
                <Instant at={row.time} zone={zone} />
              </span>
              <span class="dot" />
              <div class="what">
                <bdi>{row.message}</bdi>
                {more.length > 0 && (
                  <details>
                    <summary class="small muted">{textOf(`report.event.${row.type}`, row.type)}</summary>
                    <dl class="pair small" style={{ marginTop: '6px' }}>
                      {more.map(([name, value]) => (
                        <div key={name} style={{ display: 'contents' }}>
                          <dt class="mono">{name}</dt>
                          <dd class="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
                        </div>
                      ))}
                    </dl>
                  </details>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      <MoreOf some={some} all={records.length} />
    </>
  );
};

type Verification = Data<'verifyAccountActivities'>;
interface Verified {
  readonly at: number;
  readonly links: number;
  readonly records: number;
  readonly result: Verification;
}

/** What this browser saw last: another head for the same number says that the past was written anew. */
interface KeptHead {
  readonly at: number;
  readonly sequence: number;
  readonly hash: string;
}
const noteOf = (communityId: string): string => `rollcall.chain.${communityId}`;

const readHead = (communityId: string): KeptHead | undefined => {
  try {
    return JSON.parse(readNote(noteOf(communityId)) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
};

const Chain = () => {
  const { zone, me } = useViewer();
  const work = useWork();
  const [progress, setProgress] = useState(0);
  const [verified, setVerified] = useState<Verified>();
  const communityId = me?.community.id ?? '';
  const [last] = useState(() => readHead(communityId));
  const head = verified?.result.head;
  const isRewritten = last && head && last.sequence === head.sequence && last.hash !== head.hash;
  const verify = async () => {
    let links = 0;
    let records = 0;
    let cursor: string | undefined;
    let result: Verification;
    do {
      const after = cursor;
      result = await call(() =>
        api.GET('/v2/community/account-activities/verify', {
          params: { query: after === undefined ? {} : { cursor: after } },
        }),
      );
      links += result.checkedLinks;
      records += result.checkedRecords;
      setProgress(links);
      cursor = result.nextCursor ?? undefined;
    } while (cursor !== undefined && result.intact);
    const at = Date.now();
    setVerified({ at, links, records, result });
    if (result.intact) {
      const { sequence, hash } = result.head;
      writeNote(noteOf(communityId), JSON.stringify({ at, sequence, hash } satisfies KeptHead));
    }
  };
  return (
    <Card title={t('chain.title')} note={t('chain.note')}>
      <div class="stack">
        <div class="row">
          <button
            type="button"
            class="primary"
            disabled={work.isBusy}
            onClick={() => {
              setProgress(0);
              void work.run(verify);
            }}
          >
            {work.isBusy ? t('chain.working', { n: progress }) : t('chain.verify')}
          </button>
        </div>
        <WorkError work={work} />
        {last && (
          <p class="small muted">
            {t('chain.last', { at: formatDateTime(last.at, zone), n: last.sequence })}{' '}
            <code>{last.hash.slice(0, 16)}…</code>
          </p>
        )}
        {isRewritten && (
          <p class="banner bad" role="alert">
            {t('chain.rewritten')}
          </p>
        )}
        {verified && (
          <>
            <p role="status">
              <Badge tone={verified.result.intact ? 'good' : 'bad'}>
                {verified.result.intact
                  ? t('chain.intact', { n: verified.links, records: verified.records })
                  : t('chain.broken')}
              </Badge>
            </p>
            {verified.result.firstBreak && <pre>{JSON.stringify(verified.result.firstBreak, null, 2)}</pre>}
            <dl class="pair">
              <dt>{t('chain.at')}</dt>
              <dd>{formatDateTime(verified.at, zone)}</dd>
              <dt>{t('chain.sequence')}</dt>
              <dd class="tabular">{formatNumber(verified.result.head.sequence)}</dd>
              <dt>{t('chain.head')}</dt>
              <dd class="copy">
                <code>{verified.result.head.hash}</code>
                <CopyButton text={verified.result.head.hash} />
              </dd>
            </dl>
            <p class="small muted">{t('chain.keep')}</p>
          </>
        )}
      </div>
    </Card>
  );
};
