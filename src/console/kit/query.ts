/** What a screen reads, kept while one looks elsewhere, and read again only while somebody looks. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.ts';

export interface Query<T> {
  /** The last good answer; stays when a later call fails. */
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  /** When the answer came, epoch milliseconds. */
  readonly at: number | undefined;
  readonly isLoading: boolean;
  /** Calls that failed since the last good one. */
  readonly failures: number;
  readonly refresh: () => Promise<void>;
}

interface Kept {
  readonly data: unknown;
  readonly at: number;
}

const MAX_KEPT = 50;
const kept = new Map<string, Kept>();

/** What is on the screen now: by its key, how to read it again. */
const shown = new Map<string, Set<() => void>>();

/** Forgets all that was read: somebody else signs in. */
export const forgetAll = (): void => kept.clear();

/** After a change: what was read under such keys is forgotten; what is on the screen stays until it has been read again. */
export const forget = (prefix: string): void => {
  for (const key of [...kept.keys()]) if (key.startsWith(prefix) && !shown.has(key)) kept.delete(key);
  for (const [key, readers] of [...shown])
    if (key.startsWith(prefix)) for (const read of [...readers]) read();
};

const MAX_WAIT_MS = 120_000;

/**
 * Reads under a key; a new key is a new reading, undefined reads nothing. With `every` (milliseconds) it is read again
 * while the page is visible; after failures more and more seldom, at most every two minutes.
 */
export const useQuery = <T>(
  key: string | undefined,
  load: () => Promise<T>,
  { every }: { every?: number } = {},
): Query<T> => {
  const [, redraw] = useState(0);
  const state = useRef<{
    key: string | undefined;
    error: ApiError | undefined;
    failures: number;
    busy: boolean;
  }>({
    key,
    error: undefined,
    failures: 0,
    busy: false,
  });
  if (state.current.key !== key) state.current = { key, error: undefined, failures: 0, busy: false };
  const loader = useRef(load);
  loader.current = load;

  const refresh = useCallback(async () => {
    const mine = state.current;
    if (mine.key === undefined || mine.busy) return;
    mine.busy = true;
    try {
      const data = await loader.current();
      kept.delete(mine.key);
      kept.set(mine.key, { data, at: Date.now() });
      for (const oldest of kept.keys()) {
        if (kept.size <= MAX_KEPT) break;
        kept.delete(oldest);
      }
      mine.error = undefined;
      mine.failures = 0;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      mine.error = error;
      mine.failures++;
    } finally {
      mine.busy = false;
    }
    if (state.current === mine) redraw((n) => n + 1);
  }, []);

  // A new key is a new reading.
  useEffect(() => {
    if (key === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const next = () => {
      clearTimeout(timer);
      if (isOver || every === undefined || document.hidden) return;
      const { failures, error } = state.current;
      const wait = Math.min(every * 2 ** Math.min(failures, 6), MAX_WAIT_MS);
      timer = setTimeout(run, Math.max(wait, (error?.retryAfter ?? 0) * 1000));
    };
    const run = () => void refresh().then(next);
    const onVisible = () => {
      if (document.hidden) clearTimeout(timer);
      else if (Date.now() - (kept.get(key)?.at ?? 0) >= (every ?? Number.POSITIVE_INFINITY)) run();
      else next();
    };
    run();
    const readers = shown.get(key) ?? new Set();
    shown.set(key, readers.add(run));
    document.addEventListener('visibilitychange', onVisible);
    addEventListener('online', run);
    return () => {
      isOver = true;
      clearTimeout(timer);
      readers.delete(run);
      if (readers.size === 0) shown.delete(key);
      document.removeEventListener('visibilitychange', onVisible);
      removeEventListener('online', run);
    };
  }, [key, every]);

  const found = key === undefined ? undefined : kept.get(key);
  const { error, failures } = state.current;
  return {
    // The key names the question, and a question has one type of answer.
    data: found?.data as T | undefined,
    at: found?.at,
    error,
    failures,
    isLoading: key !== undefined && !found && !error,
    refresh,
  };
};

/** The time, again every `every` milliseconds while the page is visible. */
export const useNow = (every = 1000): number => {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
};
