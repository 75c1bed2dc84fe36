/** What devices did: filters as chips, values to choose from, a live tail, a file, and deletion that counts first. */
import { useState } from 'preact/hooks';
import { locale, t } from '../i18n/index.ts';
import { api, call, callWithHeaders, type Data } from '../kit/api.ts';
import { useViewer } from '../kit/context.ts';
import { toCsv } from '../kit/csv.ts';
import { download } from '../kit/download.ts';
import { formatNumber, formatZone } from '../kit/format.ts';
import { useMore } from '../kit/list.ts';
import { forget, useQuery } from '../kit/query.ts';
import { changeQuery } from '../kit/route.ts';
import { addDays, fromLocal, isDay } from '../kit/time.ts';
import { ActionDialog, useToast } from '../ui/actions.tsx';
import { Card, CopyButton, Dialog, Instant, TextField } from '../ui/basics.tsx';
import { Icon } from '../ui/icons.tsx';
import { PageHead } from '../ui/page.tsx';
import { Empty, Failure, Reading } from '../ui/states.tsx';
import { MorePages, Table } from '../ui/table.tsx';
import type { ScreenProps } from './index.ts';

type Entry = Data<'listActivityLogs'>[number];
const FILTERS = ['platform', 'serial', 'action_type', 'username'] as const;
type Filter = (typeof FILTERS)[number];
const LIMIT = 100;
const LIVE_MS = 5000;

type LogQuery = Partial<Record<Filter, string>> & { from?: number; to?: number };

const toQuery = (query: Readonly<Record<string, string>>, zone: string): LogQuery => ({
  ...Object.fromEntries(FILTERS.flatMap((name) => (query[name] ? [[name, query[name]]] : []))),
  ...(isDay(query.from) && { from: Math.floor(fromLocal(query.from, zone) / 1000) }),
  ...(isDay(query.to) && { to: Math.floor(fromLocal(addDays(query.to, 1), zone) / 1000) - 1 }),
});

const cursorIn = (headers: Headers): string | null => {
  const url = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return url === undefined ? null : new URL(url, location.origin).searchParams.get('cursor');
};

const readPage = async (query: LogQuery, cursor?: string) => {
  const { data, headers } = await callWithHeaders(() =>
    api.GET('/api/v1/activity_log', {
      params: { query: { ...query, limit: LIMIT, ...(cursor !== undefined && { cursor }) } },
    }),
  );
  return { items: data, nextCursor: cursorIn(headers) };
};

const countOf = async (query: LogQuery): Promise<number> =>
  (await call(() => api.GET('/api/v1/activity_log/count', { params: { query } }))).count;

export const Log = ({ route }: ScreenProps) => {
  const { zone, may } = useViewer();
  const filter = toQuery(route.query, zone);
  const name = JSON.stringify(filter);
  const isLive = route.query.live === '1';
  const [shown, setShown] = useState<Entry>();
  const [isDeleting, setDeleting] = useState(false);
  const query = useQuery(`log ${name}`, () => readPage(filter), isLive ? { every: LIVE_MS } : {});
  const count = useQuery(`log-count ${name}`, () => countOf(filter));
  const list = useMore(query, name, (cursor) => readPage(filter, cursor));
  const active = FILTERS.filter((one) => filter[one] !== undefined);
  return (
    <>
      <PageHead title={t('nav.log')} note={t('state.zone', { zone: formatZone(zone, Date.now()) })}>
        <button type="button" aria-pressed={isLive} onClick={() => changeQuery({ live: isLive ? '' : '1' })}>
          {isLive && <span class="dot-live" />}
          {isLive ? t('log.live') : t('log.goLive')}
        </button>
        <button
          type="button"
          disabled={list.items.length === 0}
          onClick={() => download('log.csv', logCsv(list.items))}
        >
          <Icon name="download" />
          {t('action.spreadsheet')}
        </button>
        {may('logs:delete') && (
          <button type="button" onClick={() => setDeleting(true)}>
            {t('log.delete')}
          </button>
        )}
      </PageHead>
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
              changeQuery(Object.fromEntries([...FILTERS, 'from', 'to'].map((one) => [one, ''])))
            }
          >
            {t('action.clearFilters')}
          </button>
        </div>
      )}
      <Facets entries={list.items} filter={filter} />
      <Card flush>
        <Reading query={query} lines={8}>
          {() =>
            list.items.length === 0 ? (
              <Empty title={active.length > 0 ? t('log.noMatch') : t('log.none')}>{t('log.noneText')}</Empty>
            ) : (
              <>
                <Table
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
                      cell: ({ action_detail }) => <bdi class="cut">{action_detail ?? ''}</bdi>,
                    },
                  ]}
                />
                {list.error && <Failure error={list.error} retry={list.more} />}
                <MorePages
                  all={count.data}
                  shown={list.items.length}
                  hasMore={list.hasMore}
                  isBusy={list.isBusy}
                  onMore={list.more}
                />
              </>
            )
          }
        </Reading>
      </Card>
      {shown && (
        <EntryDialog
          entry={shown}
          zone={zone}
          onClose={() => setShown(undefined)}
          onChanged={() => void query.refresh()}
        />
      )}
      {isDeleting && <DeleteAll onClose={() => setDeleting(false)} />}
    </>
  );
};

const logCsv = (entries: readonly Entry[]): string =>
  toCsv(
    ['id', 'time', 'platform', 'serial', 'action_type', 'action_detail', 'username'],
    entries.map((entry) => [
      entry.id,
      new Date(entry.timestamp * 1000).toISOString(),
      entry.platform,
      entry.serial,
      entry.action_type,
      entry.action_detail,
      entry.username,
    ]),
    'spreadsheet',
    locale(),
  );

const LogFilters = ({ query }: { readonly query: Readonly<Record<string, string>> }) => {
  const [name, setName] = useState<Filter>('serial');
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
          onChange={(event) => setName(FILTERS.find((one) => one === event.currentTarget.value) ?? 'serial')}
        >
          {FILTERS.map((one) => (
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

/** Values of the lines that are loaded, the most frequent first: said to be so. */
const Facets = ({ entries, filter }: { readonly entries: readonly Entry[]; readonly filter: LogQuery }) => {
  const names = (['action_type', 'serial'] as const).filter((name) => filter[name] === undefined);
  if (entries.length === 0) return null;
  return (
    <div class="stack">
      {names.map((name) => {
        const groups = [...Map.groupBy(entries, (entry) => entry[name])]
          .map(([value, own]) => ({ value, n: own.length }))
          .sort((a, b) => b.n - a.n)
          .slice(0, MAX_FACETS);
        if (groups.length < 2) return null;
        return (
          <div class="row" key={name}>
            <span class="small muted" style={{ minWidth: '72px' }}>
              {t(`log.${name}`)}
            </span>
            {groups.map(({ value, n }) => (
              <button key={value} type="button" class="chip" onClick={() => changeQuery({ [name]: value })}>
                <bdi class="cut">{value}</bdi> <span class="count">{formatNumber(n)}</span>
              </button>
            ))}
          </div>
        );
      })}
      <p class="small muted">{t('log.facetNote', { n: entries.length })}</p>
    </div>
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

/** All of it, after counting. */
const DeleteAll = ({ onClose }: { readonly onClose: () => void }) => {
  const { me } = useViewer();
  const toast = useToast();
  const count = useQuery('log-count-all', () => countOf({}));
  return (
    <ActionDialog
      title={t('log.deleteAll')}
      consequence={
        <>
          <p>{t('log.deleteAllText')}</p>
          {count.data !== undefined && (
            <p>
              <strong>{t('log.deleteCount', { n: count.data })}</strong>
            </p>
          )}
        </>
      }
      confirm={t('log.delete')}
      isDanger
      typed={me?.community.name ?? ''}
      canRun={count.data !== undefined}
      onClose={onClose}
      onRun={async () => {
        await call(() => api.DELETE('/api/v1/activity_log/all', { body: {} }));
        forget('log');
        toast(t('log.deletedAll', { n: count.data ?? 0 }));
        changeQuery({ at: String(Date.now()) }, { replace: true });
        changeQuery({ at: '' }, { replace: true });
      }}
    />
  );
};
