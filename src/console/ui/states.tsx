/** What stands where there is nothing yet, nothing at all, or nothing that could be read. */
import type { ComponentChildren } from 'preact';
import { hasText, t } from '../i18n/index.ts';
import type { ApiError } from '../kit/api.ts';
import { useViewer } from '../kit/context.ts';
import { formatAgo } from '../kit/format.ts';
import { type Query, useNow } from '../kit/query.ts';
import { href } from '../kit/route.ts';
import { Icon } from './icons.tsx';

export const Skeleton = ({ lines = 5 }: { readonly lines?: number }) => (
  <div class="skeleton" role="status" aria-label={t('state.loading')}>
    {Array.from({ length: lines }, (_, index) => (
      <i key={index} />
    ))}
  </div>
);

export const Empty = ({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
}) => (
  <div class="empty">
    <h3>{title}</h3>
    {children && <p>{children}</p>}
    {action && <div class="row">{action}</div>}
  </div>
);

/** Nothing, since no game has told anything yet: the way to connect one, for who may. */
export const NothingYet = ({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) => {
  const { may } = useViewer();
  const connect = may('admin') && (
    <a class="button" href={href(['setup'])}>
      {t('now.connect')}
    </a>
  );
  return (
    <Empty title={title} action={connect}>
      {children}
    </Empty>
  );
};

/** What went wrong, in the reader's words, with what can be quoted and what can be done. */
export const failureText = (error: ApiError): string => {
  if (error.status === 0) return navigator.onLine ? t('error.unreachable') : t('error.offline');
  if (error.status === 403) {
    const scope = /([a-z-]+:[a-z-]+|admin)\.?$/.exec(error.message)?.[1];
    return scope ? t('error.forbidden', { scope }) : error.message;
  }
  if (error.status === 429) return t('error.rate', { n: error.retryAfter ?? 10 });
  if (error.status >= 500) return t('error.server');
  const key = `error.code.${error.code}`;
  return hasText(key) ? t(key) : error.message;
};

export const Failure = ({ error, retry }: { readonly error: ApiError; readonly retry?: () => void }) => (
  <div class="empty" role="alert">
    <h3>{t('error.title')}</h3>
    <p>{failureText(error)}</p>
    {error.issues.map(({ path, message }) => (
      <p key={path} class="small">
        <code>{path}</code> {message}
      </p>
    ))}
    {error.requestId && error.status >= 500 && (
      <p class="small">
        {t('error.request')} <code>{error.requestId}</code>
      </p>
    )}
    {retry && (
      <div class="row">
        <button type="button" onClick={retry}>
          {t('action.retry')}
        </button>
      </div>
    )}
  </div>
);

/** How far something that takes several calls has come. */
export const Progress = ({
  value,
  max,
  label,
}: {
  readonly value: number;
  readonly max: number;
  readonly label: string;
}) => (
  <div class="row progress">
    <progress value={value} max={Math.max(max, 1)} aria-label={label} />
    <span class="small muted tabular">{t('table.shownOf', { n: value, all: max })}</span>
  </div>
);

/** The three states of a reading, and its data. Old data stay when a later reading fails. */
export const Reading = <T,>({
  query,
  lines,
  children,
}: {
  readonly query: Query<T>;
  readonly lines?: number;
  readonly children: (data: T) => ComponentChildren;
}) => {
  if (query.data !== undefined) {
    return (
      <>
        {query.error && <StaleBanner query={query} />}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <Failure error={query.error} retry={() => void query.refresh()} />;
  return <Skeleton {...(lines === undefined ? {} : { lines })} />;
};

const StaleBanner = <T,>({ query }: { readonly query: Query<T> }) => {
  const now = useNow(1000);
  const { error, at, failures } = query;
  if (!error) return null;
  return (
    <div class={failures >= 5 ? 'banner bad' : 'banner'} role="status" style={{ margin: '8px 12px' }}>
      <Icon name="warn" />
      <span class="grow">
        {failureText(error)} {at !== undefined && t('state.old', { ago: formatAgo(at, now) })}
      </span>
      <button type="button" class="link" onClick={() => void query.refresh()}>
        {t('action.retry')}
      </button>
    </div>
  );
};

/** "Checked 4 s ago": amber after two missed readings, red after five. */
export const Freshness = <T,>({ query, every }: { readonly query: Query<T>; readonly every: number }) => {
  const now = useNow(1000);
  if (query.at === undefined) return null;
  const missed = Math.floor((now - query.at) / every);
  const tone = missed > 5 ? 'bad' : missed > 2 ? 'warn' : '';
  return (
    <span class={`nowrap tabular ${tone}`}>
      {t('state.checked', { ago: formatAgo(query.at, Math.max(now, query.at)) })}
    </span>
  );
};
