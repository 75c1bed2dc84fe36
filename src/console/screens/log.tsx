/** What devices did: filters as chips, values to choose from, a live tail, a file, and deletion that counts first. */
import { useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { api, call, callWithHeaders, type Data } from '../kit/api.ts';
import { useViewer } from '../kit/context.ts';
import { formatNumber, formatZone } from '../kit/format.ts';
import { usePages } from '../kit/list.ts';
import { forget, useQuery } from '../kit/query.ts';
import { changeQuery, href } from '../kit/route.ts';
import { addDays, fromLocal, isDay } from '../kit/time.ts';
import { ActionDialog, useToast } from '../ui/actions.tsx';
import { Card, CopyButton, Dialog, Instant, TextField } from '../ui/basics.tsx';
import { Icon } from '../ui/icons.tsx';
import { PageHead } from '../ui/page.tsx';
import { Empty, Reading } from '../ui/states.tsx';
import { MorePages, Table } from '../ui/table.tsx';
import type { ScreenProps } from './index.ts';
import { FILE_PAGE, LogFileState, useLogFile } from './log-file.tsx';

type Entry = Data<'listActivityLogs'>[number];
type Stats = Data<'getActivityLogStats'>;
const FILTERS = ['platform', 'serial', 'action_type', 'username'] as const;
type Filter = (typeof FILTERS)[number];
/** A text in the detail is looked for in the rows that are read, so it comes last. */
const CHOICES = [...FILTERS, 'q'] as const;
type Choice = (typeof CHOICES)[number];
const LIMIT = 100;
const LIVE_MS = 5000;

type LogQuery = Partial<Record<Filter | 'q', string>> & { from?: number; to?: number };

const toQuery = (query: Readonly<Record<string, string>>, zone: string): LogQuery => ({
  ...(query.q && { q: query.q }),
  ...Object.fromEntries(FILTERS.flatMap((name) => (query[name] ? [[name, query[name]]] : []))),
  ...(isDay(query.from) && { from: Math.floor(fromLocal(query.from, zone) / 1000) }),
  ...(isDay(query.to) && { to: Math.floor(fromLocal(addDays(query.to, 1), zone) / 1000) - 1 }),
});

const cursorIn = (headers: Headers): string | null => {
  const url = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return url === undefined ? null : new URL(url, location.origin).searchParams.get('cursor');
};

const readPage = async (query: LogQuery, cursor?: string, limit = LIMIT) => {
  const { data, headers } = await callWithHeaders(() =>
    api.GET('/api/v1/activity_log', {
      params: { query: { ...query, limit, ...(cursor !== undefined && { cursor }) } },
    }),
  );
  return { items: data, nextCursor: cursorIn(headers) };
};

/** Everything but the text can be counted without reading it. */
const countOf = async ({ q, ...query }: LogQuery): Promise<number | undefined> =>
  q === undefined
    ? (await call(() => api.GET('/api/v1/activity_log/count', { params: { query } }))).count
    : undefined;

export const Log = ({ route }: ScreenProps) =>
  route.path[1] === 'devices' ? <Devices /> : <Entries route={route} />;

const Entries = ({ route }: ScreenProps) => {
  const { zone, may } = useViewer();
  const filter = toQuery(route.query, zone);
  const name = JSON.stringify(filter);
  const isLive = route.query.live === '1';
  const [shown, setShown] = useState<Entry>();
  const [isDeleting, setDeleting] = useState(false);
  const polling = isLive ? { every: LIVE_MS } : {};
  const list = usePages(`log ${name}`, (cursor) => readPage(filter, cursor), polling);
  const count = useQuery(`log-count ${name}`, () => countOf(filter), polling);
  const isFiltered = name !== '{}';
  const isCounted = Object.keys(filter).every((one) => one === 'platform' || one === 'action_type');
  const stats = useQuery(
    isCounted ? 'log-stats' : undefined,
    () => call(() => api.GET('/api/v1/activity_log/stats')),
    polling,
  );
  const file = useLogFile();
  const active = CHOICES.filter((one) => filter[one] !== undefined);
  return (
    <>
      <PageHead title={t('nav.log')} note={t('state.zone', { zone: formatZone(zone, Date.now()) })}>
        <button type="button" aria-pressed={isLive} onClick={() => changeQuery({ live: isLive ? '' : '1' })}>
          {isLive && <span class="dot-live" />}
          {isLive ? t('log.live') : t('log.goLive')}
        </button>
        <button
          type="button"
          disabled={list.items.length === 0 || file.state?.isRunning === true}
          onClick={() => file.start((cursor) => readPage(filter, cursor, FILE_PAGE), count.data)}
        >
          <Icon name="download" />
          {t('action.spreadsheet')}
        </button>
        {may('logs:delete') && (
          <button type="button" disabled={filter.q !== undefined} onClick={() => setDeleting(true)}>
            {t('log.delete')}
          </button>
        )}
      </PageHead>
      <LogFileState file={file} zone={zone} />
      <LogFilters query={route.query} />
      {active.length > 0 && (
        <div class="row">
          {active.map((one) => (
            <button
              key={one}
              type="button"
              class="chip on"
              aria-label={t('log.removeFilter', { name: t(`log.${one}`), value: filter[one] ?? '' })}
              onClick={() => changeQuery({ [one]: '' })}
            >
              {t(`log.${one}`)}: <bdi class="cut">{filter[one]}</bdi>
              <Icon name="close" />
            </button>
          ))}
          <button
            type="button"
            class="link small"
            onClick={() =>
              changeQuery(Object.fromEntries([...CHOICES, 'from', 'to'].map((one) => [one, ''])))
            }
          >
            {t('action.clearFilters')}
          </button>
        </div>
      )}
      <Facets entries={list.items} filter={filter} stats={stats.data} />
      <Card flush>
        <Reading query={list} lines={8}>
          {() => (
            <>
              <Table
                empty={
                  <Empty title={active.length > 0 ? t('log.noMatch') : t('log.none')}>
                    {t('log.noneText')}
                  </Empty>
                }
                caption={t('nav.log')}
                rows={list.items}
                keyOf={({ id }) => id}
                columns={[
                  {
                    title: t('log.time'),
                    cell: ({ timestamp }) => <Instant at={timestamp * 1000} zone={zone} />,
                  },
                  {
                    title: t('log.action_type'),
                    isHeader: true,
                    cell: (entry) => (
                      <button type="button" class="link" onClick={() => setShown(entry)}>
                        <bdi class="cut">{entry.action_type}</bdi>
                      </button>
                    ),
                  },
                  { title: t('log.serial'), cell: ({ serial }) => <bdi class="cut">{serial}</bdi> },
                  {
                    title: t('log.platform'),
                    isExtra: true,
                    cell: ({ platform }) => <bdi class="cut">{platform}</bdi>,
                  },
                  {
                    title: t('log.username'),
                    isExtra: true,
                    cell: ({ username }) => <bdi class="cut">{username ?? '–'}</bdi>,
                  },
                  {
                    title: t('log.detail'),
                    isExtra: true,
                    cell: ({ action_detail }) => <bdi class="cut rest">{action_detail ?? ''}</bdi>,
                  },
                ]}
              />
              <MorePages list={list} all={count.data} />
            </>
          )}
        </Reading>
      </Card>
      {shown && (
        <EntryDialog
          entry={shown}
          zone={zone}
          onClose={() => setShown(undefined)}
          onChanged={() => void list.refresh()}
        />
      )}
      {isDeleting && (
        <DeleteEntries
          filter={isFiltered ? filter : undefined}
          onClose={() => setDeleting(false)}
          onDone={() => void list.refresh()}
        />
      )}
    </>
  );
};

const LogFilters = ({ query }: { readonly query: Readonly<Record<string, string>> }) => {
  const [name, setName] = useState<Choice>('serial');
  const [value, setValue] = useState('');
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() === '') return;
        changeQuery({ [name]: value.trim() });
        setValue('');
      }}
    >
      <div class="field">
        <label for="log-filter">{t('log.filter')}</label>
        <select
          id="log-filter"
          value={name}
          onChange={(event) => setName(CHOICES.find((one) => one === event.currentTarget.value) ?? 'serial')}
        >
          {CHOICES.map((one) => (
            <option key={one} value={one} selected={one === name}>
              {t(`log.${one}`)}
            </option>
          ))}
        </select>
      </div>
      <TextField
        wide
        label={t('log.value')}
        value={value}
        onValue={setValue}
        maxLength={256}
        placeholder={t('log.valueHint')}
      />
      <TextField
        type="date"
        label={t('filter.from')}
        value={query.from ?? ''}
        onValue={(from) => changeQuery({ from })}
      />
      <TextField
        type="date"
        label={t('filter.to')}
        value={query.to ?? ''}
        onValue={(to) => changeQuery({ to })}
      />
    </form>
  );
};

const MAX_FACETS = 8;

interface Facet {
  readonly value: string;
  readonly n: number;
}

const loadedFacets = (entries: readonly Entry[], name: 'action_type' | 'serial' | 'platform'): Facet[] =>
  [...Map.groupBy(entries, (entry) => entry[name])]
    .map(([value, own]) => ({ value, n: own.length }))
    .sort((a, b) => b.n - a.n);

/** The entries that are counted without reading them, added up by one of their two names: the largest first. */
const countedFacets = (kinds: Stats['kinds'], name: 'action_type' | 'platform'): Facet[] =>
  [...Map.groupBy(kinds, (kind) => kind[name])]
    .map(([value, own]) => ({ value, n: own.reduce((sum, { count }) => sum + count, 0) }))
    .sort((a, b) => b.n - a.n);

/** Values to choose from: of all that matches where that is counted, else of the lines that are loaded, and said so. */
const Facets = ({
  entries,
  filter,
  stats,
}: {
  readonly entries: readonly Entry[];
  readonly filter: LogQuery;
  /** Only where nothing but a platform and an action is filtered. */
  readonly stats: Stats | undefined;
}) => {
  if (entries.length === 0) return null;
  // Where there are too many kinds to count them all, a sum of some would be too low.
  const kinds = stats?.is_complete
    ? stats.kinds.filter(
        ({ platform, action_type }) =>
          (filter.platform ?? platform) === platform && (filter.action_type ?? action_type) === action_type,
      )
    : undefined;
  const facetsOf = (name: 'action_type' | 'platform'): readonly Facet[] =>
    kinds ? countedFacets(kinds, name) : loadedFacets(entries, name);
  const groups: [Filter, readonly Facet[]][] = [
    ['platform', facetsOf('platform')],
    ['action_type', facetsOf('action_type')],
    ['serial', loadedFacets(entries, 'serial')],
  ];
  const useful = groups.filter(([name, facets]) => filter[name] === undefined && facets.length > 1);
  if (useful.length === 0) return null;
  return (
    <div class="stack">
      {useful.map(([name, facets]) => (
        <div class="facet" key={name}>
          <span class="small muted">{t(`log.${name}`)}</span>
          <div class="row">
            {facets.slice(0, MAX_FACETS).map(({ value, n }) => (
              <button key={value} type="button" class="chip" onClick={() => changeQuery({ [name]: value })}>
                <bdi class="cut">{value}</bdi> <span class="count">{formatNumber(n)}</span>
              </button>
            ))}
            {name === 'serial' && (
              <a class="small" href={href(['log', 'devices'])}>
                {t('log.allDevices')}
              </a>
            )}
          </div>
        </div>
      ))}
      <p class="small muted">
        {kinds && useful.some(([name]) => name !== 'serial')
          ? t('log.facetAll', { all: kinds.reduce((sum, { count }) => sum + count, 0), n: entries.length })
          : t('log.facetNote', { n: entries.length })}
      </p>
    </div>
  );
};

/** Every device with its last entry: the most recent first, as the API lists them. */
const Devices = () => {
  const { zone } = useViewer();
  const load = async (cursor?: string) => {
    const { data, headers } = await callWithHeaders(() =>
      api.GET('/api/v1/activity_log/devices', {
        params: { query: { limit: LIMIT, ...(cursor !== undefined && { cursor }) } },
      }),
    );
    return { items: data, nextCursor: cursorIn(headers) };
  };
  const list = usePages('log-devices', load);
  return (
    <>
      <PageHead title={t('log.devices')} note={<a href={href(['log'])}>{t('log.back')}</a>} />
      <Card flush>
        <Reading query={list} lines={8}>
          {() => (
            <>
              <Table
                empty={<Empty title={t('log.none')}>{t('log.noneText')}</Empty>}
                caption={t('log.devices')}
                rows={list.items}
                keyOf={({ serial }) => serial}
                columns={[
                  {
                    title: t('log.serial'),
                    isHeader: true,
                    cell: ({ serial }) => (
                      <a class="name" href={href(['log'], { serial })}>
                        <bdi class="cut">{serial}</bdi>
                      </a>
                    ),
                  },
                  {
                    title: t('log.count'),
                    isNumber: true,
                    cell: ({ count, count_is_exact }) => `${formatNumber(count)}${count_is_exact ? '' : '+'}`,
                  },
                  {
                    title: t('log.lastEntry'),
                    cell: ({ last_entry }) => (
                      <>
                        <Instant at={last_entry.timestamp * 1000} zone={zone} />{' '}
                        <bdi class="cut muted">{last_entry.action_type}</bdi>
                      </>
                    ),
                  },
                  {
                    title: t('log.platform'),
                    isExtra: true,
                    cell: ({ last_entry }) => <bdi class="cut">{last_entry.platform}</bdi>,
                  },
                ]}
              />
              <MorePages list={list} />
            </>
          )}
        </Reading>
      </Card>
    </>
  );
};

const EntryDialog = ({
  entry,
  zone,
  onClose,
  onChanged,
}: {
  readonly entry: Entry;
  readonly zone: string;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) => {
  const { may } = useViewer();
  const toast = useToast();
  const [isDeleting, setDeleting] = useState(false);
  const json = JSON.stringify(entry, null, 2);
  if (isDeleting) {
    return (
      <ActionDialog
        title={t('log.deleteOne')}
        consequence={<p>{t('log.deleteOneText')}</p>}
        confirm={t('log.delete')}
        isDanger
        onClose={onClose}
        onRun={async () => {
          await call(() => api.DELETE('/api/v1/activity_log/{id}', { params: { path: { id: entry.id } } }));
          forget('log');
          toast(t('log.deleted'));
          onChanged();
        }}
      />
    );
  }
  return (
    <Dialog title={entry.action_type} onClose={onClose} wide>
      <p class="muted">
        <Instant at={entry.timestamp * 1000} zone={zone} />
      </p>
      <pre>{json}</pre>
      <div class="row end">
        {may('logs:delete') && (
          <button type="button" onClick={() => setDeleting(true)}>
            {t('log.delete')}
          </button>
        )}
        <CopyButton text={json} label={t('action.copy')} />
        <button
          type="button"
          onClick={() => {
            changeQuery({ serial: entry.serial, platform: entry.platform });
            onClose();
          }}
        >
          {t('log.thisDevice')}
        </button>
        <button type="button" class="primary" onClick={onClose}>
          {t('action.close')}
        </button>
      </div>
    </Dialog>
  );
};

/** What is filtered, or all of it: after counting, and after the community's name was typed. */
const DeleteEntries = ({
  filter,
  onClose,
  onDone,
}: {
  readonly filter: LogQuery | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) => {
  const { me } = useViewer();
  const toast = useToast();
  const [deleted, setDeleted] = useState(0);
  const count = useQuery(`log-count-${JSON.stringify(filter ?? {})}`, () => countOf(filter ?? {}));
  return (
    <ActionDialog
      title={filter ? t('log.deleteFiltered') : t('log.deleteAll')}
      consequence={
        <>
          <p>{filter ? t('log.deleteFilteredText') : t('log.deleteAllText')}</p>
          {count.data !== undefined && (
            <p>
              <strong>{t('log.deleteCount', { n: count.data })}</strong>
            </p>
          )}
          {deleted > 0 && <p aria-live="polite">{t('log.deletedAll', { n: deleted })}</p>}
        </>
      }
      confirm={t('log.delete')}
      isDanger
      typed={me?.community.name ?? ''}
      canRun={count.data !== undefined && count.data > 0}
      onClose={onClose}
      onRun={async () => {
        const total = filter ? await deleteFiltered(filter, setDeleted) : (count.data ?? 0);
        if (!filter) await call(() => api.DELETE('/api/v1/activity_log/all', { body: {} }));
        forget('log');
        toast(t('log.deletedAll', { n: total }));
        onDone();
      }}
    />
  );
};

/** A call deletes so many rows at most, and says whether more are left. */
const deleteFiltered = async (
  { q: _, ...query }: LogQuery,
  onProgress: (deleted: number) => void,
): Promise<number> => {
  let total = 0;
  let hasMore = true;
  while (hasMore) {
    const step = await call(() => api.DELETE('/api/v1/activity_log', { params: { query }, body: {} }));
    total += step.deleted;
    hasMore = step.hasMore && step.deleted > 0;
    onProgress(total);
  }
  return total;
};
