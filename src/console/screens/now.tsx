/** Who is on: names first, the total second, and old numbers that look old. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { api, call, type Data } from '../kit/api.ts';
import { useViewer } from '../kit/context.ts';
import { formatDuration, formatNumber, formatZone } from '../kit/format.ts';
import { nameOf } from '../kit/people.ts';
import { useNow, useQuery } from '../kit/query.ts';
import { changeQuery, href } from '../kit/route.ts';
import { namesIn, serverName, silenceOf, useServers } from '../kit/servers.ts';
import { MINUTE } from '../kit/time.ts';
import { Badge, Card, Instant, Name } from '../ui/basics.tsx';
import { PageHead } from '../ui/page.tsx';
import { Empty, Freshness, NothingYet, Reading } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import type { ScreenProps } from './index.ts';
import { OnlineCurve, peakToday, useOnline } from './now-curve.tsx';

/** Each person who is on costs four rows to read: beyond 100 of them it is read less often. */
const EVERY_MS = 20_000;
const PEOPLE_A_STEP = 100;
/** As many as one page of the API shows. */
const LIMIT = 1000;

type Session = Data<'listActivity'>['items'][number];

/** Identifiers nearly double what it costs to read who is on, and only a search looks at them. */
const readOpen = (includeIdentifiers: 'true' | 'false') =>
  call(() =>
    api.GET('/v2/community/activity', {
      params: { query: { status: 'open', limit: LIMIT, includeIdentifiers } },
    }),
  );

export const Now = ({ route }: ScreenProps) => {
  const { zone } = useViewer();
  const now = useNow(5000);
  const [count, setCount] = useState(0);
  const every = EVERY_MS * Math.max(1, Math.ceil(count / PEOPLE_A_STEP));
  const query = useQuery('now', () => readOpen('false'), { every });
  useEffect(() => setCount(query.data?.items.length ?? 0), [query.data]);
  const isOld = query.at !== undefined && now - query.at > 2.5 * every;
  return (
    <>
      <PageHead
        title={t('now.title')}
        note={
          <>
            {t('now.note')} <Freshness query={query} every={every} />
          </>
        }
      />
      <Reading query={query} lines={8}>
        {({ items }) =>
          items.length === 0 ? (
            <NobodyOn />
          ) : (
            <People items={items} zone={zone} now={now} isOld={isOld} route={route} />
          )
        }
      </Reading>
      {query.data && (
        <OnlineCurve
          span={route.query.span === 'week' ? 'week' : 'day'}
          zone={zone}
          now={now}
          title={t('online.title')}
        />
      )}
    </>
  );
};

const NobodyOn = () => (
  <Card>
    <NothingYet title={t('now.nobody')}>{t('now.nobodyText')}</NothingYet>
  </Card>
);

const People = ({
  items,
  zone,
  now,
  isOld,
  route,
}: {
  readonly items: readonly Session[];
  readonly zone: string;
  readonly now: number;
  readonly isOld: boolean;
} & ScreenProps) => {
  const { q = '', server = '' } = route.query;
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, select');
      if (event.key !== '/' || isTyping) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const known = useServers();
  const names = namesIn(known);
  const servers = serversOf(items);
  const wanted = q.trim().toLocaleLowerCase();
  const identified = useQuery(wanted === '' ? undefined : 'now identified', () => readOpen('true'), {
    every: MINUTE,
  });
  const identifiers = useMemo(
    () => new Map(identified.data?.items.map((item) => [item.accId, item.identifiers])),
    [identified.data],
  );
  const shown = items.filter(
    (item) =>
      (server === '' || String(item.serverId) === server) &&
      (wanted === '' ||
        [nameOf(item), item.accId, ...(identifiers.get(item.accId) ?? []).map(({ value }) => value)].some(
          (text) => text?.toLocaleLowerCase().includes(wanted),
        )),
  );
  const online = useOnline('day', now);
  const longest = items.reduce<Session | undefined>(
    (first, item) => (first && first.start <= item.start ? first : item),
    undefined,
  );
  return (
    <>
      <dl class={isOld ? 'figures is-old' : 'figures'}>
        <div>
          <dt>{t('now.on')}</dt>
          <dd>{formatNumber(items.length)}</dd>
        </div>
        <div>
          <dt>{t('now.servers')}</dt>
          <dd>{formatNumber(servers.length)}</dd>
        </div>
        <div>
          <dt>{t('now.peak')}</dt>
          <dd>
            {online.data
              ? formatNumber(Math.max(items.length, peakToday(online.data.items, zone, now)))
              : '–'}
          </dd>
        </div>
        {longest && (
          <div>
            <dt>{t('now.longest')}</dt>
            <dd>{formatDuration(now - Date.parse(longest.start))}</dd>
            <dd>
              <Name name={nameOf(longest)} id={longest.accId} />
            </dd>
          </div>
        )}
      </dl>
      <Card flush>
        <div class="filters" style={{ padding: '6px 16px 12px' }}>
          <div class="field wide">
            <label class="sr" for="now-search">
              {t('now.search')}
            </label>
            <input
              id="now-search"
              ref={search}
              type="search"
              placeholder={t('now.search')}
              value={q}
              onInput={(event) => changeQuery({ q: event.currentTarget.value }, { replace: true })}
            />
          </div>
          <fieldset class="row" style={{ display: 'flex' }} aria-label={t('now.byServer')}>
            {servers.map(({ id, count, seenAt }) => {
              const isOn = server === String(id);
              const silence = silenceOf(
                known.find((one) => one.id === id),
                now,
                seenAt,
              );
              return (
                <button
                  key={id}
                  type="button"
                  class={isOn ? 'chip on' : 'chip'}
                  aria-pressed={isOn}
                  onClick={() => changeQuery({ server: isOn ? '' : id })}
                >
                  {serverName(id, names)} <span class="count">{formatNumber(count)}</span>
                  {silence !== undefined && (
                    <Badge tone="warn">{t('now.silent', { time: formatDuration(silence) })}</Badge>
                  )}
                </button>
              );
            })}
          </fieldset>
        </div>
        <Table
          empty={
            <Empty
              title={t('now.noMatch')}
              action={
                <button type="button" onClick={() => changeQuery({ q: '', server: '' })}>
                  {t('action.clearFilters')}
                </button>
              }
            />
          }
          caption={t('now.caption')}
          isLong
          isOld={isOld}
          rows={shown}
          keyOf={({ id }) => id}
          columns={[
            {
              title: t('person.name'),
              isHeader: true,
              cell: (item) => (
                <a class="name" href={href(['people', item.accId])}>
                  <Name name={nameOf(item)} id={item.accId} />
                </a>
              ),
            },
            { title: t('servers.server'), cell: (item) => serverName(item.serverId, names) },
            {
              title: t('now.since'),
              cell: (item) => (
                <span class="nowrap tabular">
                  <Instant
                    at={item.start}
                    zone={zone}
                    as={now - Date.parse(item.start) < 12 * 60 * MINUTE ? 'time' : 'date-time'}
                  />
                </span>
              ),
            },
            {
              title: t('now.for'),
              isNumber: true,
              cell: (item) => formatDuration(now - Date.parse(item.start)),
            },
            {
              title: t('now.lastSeen'),
              isExtra: true,
              isNumber: true,
              cell: (item) => <Instant at={item.lastSeen} zone={zone} now={now} as="ago" />,
            },
          ]}
        />
        <p class="small muted" style={{ padding: '10px 16px 12px' }}>
          {t('state.zone', { zone: formatZone(zone, now) })}
        </p>
      </Card>
    </>
  );
};

interface ServerNow {
  readonly id: number;
  readonly count: number;
  /** When the last of them was seen. */
  readonly seenAt: number;
}

const serversOf = (items: readonly Session[]): ServerNow[] =>
  [...Map.groupBy(items, ({ serverId }) => serverId)]
    .map(([id, sessions]) => ({
      id,
      count: sessions.length,
      seenAt: Math.max(...sessions.map(({ lastSeen }) => Date.parse(lastSeen))),
    }))
    .sort((a, b) => a.id - b.id);
