/** Where one is: `#/hours?week=2026-11-23`. It stands in the address, so that a view can be kept and sent. */
import { useEffect, useState } from 'preact/hooks';

export interface Route {
  /** `['people', '019d…']` */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export const parseRoute = (hash: string): Route => {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  return {
    path: path.split('/').filter(Boolean).map(decodeURIComponent),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
};

type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** The address of a view; what is empty is left out. */
export const href = (path: readonly (string | number)[], query: Query = {}): string => {
  const kept = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === null || value === '' || value === false ? [] : [[name, String(value)]],
  );
  const text = kept.length > 0 ? `?${new URLSearchParams(kept as [string, string][])}` : '';
  return `#/${path.map((part) => encodeURIComponent(String(part))).join('/')}${text}`;
};

export const useRoute = (): Route => {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = () => setHash(location.hash);
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return parseRoute(hash);
};

export const go = (to: string): void => {
  location.hash = to;
};

/** Changes part of the query. Filters replace the entry in the history, steps (a week back) make one. */
export const changeQuery = (changes: Query, { replace = false } = {}): void => {
  const { path, query } = parseRoute(location.hash);
  const to = href(path, { ...query, ...changes });
  if (replace) {
    history.replaceState(null, '', to);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else go(to);
};
