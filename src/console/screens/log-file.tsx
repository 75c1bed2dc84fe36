/** All that the filters of the log match, as one file: page by page, so that it can be stopped, and goes on after a failure. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { locale, t } from '../i18n/index.ts';
import { ApiError, type Data } from '../kit/api.ts';
import { csvRows, toCsv } from '../kit/csv.ts';
import { download } from '../kit/download.ts';
import { formatDateTime, formatNumber } from '../kit/format.ts';
import type { PageOf } from '../kit/list.ts';
import { failureText, Progress } from '../ui/states.tsx';

type Entry = Data<'listActivityLogs'>[number];

/** Rows of one call, the most that the API gives; and calls of one file. Each call reads as many rows of the database. */
export const FILE_PAGE = 1000;
const MAX_CALLS = 200;
const MAX_ROWS = FILE_PAGE * MAX_CALLS;
/** How often a call that is told to come later does so. */
const MAX_WAITS = 5;

const HEADER = ['id', 'time', 'platform', 'serial', 'action_type', 'action_detail', 'username'];

/** One file on its way. */
interface Run {
  readonly load: (cursor?: string) => Promise<PageOf<Entry>>;
  /** How many rows match, where that can be counted. */
  readonly all: number | undefined;
  readonly parts: string[];
  rows: number;
  calls: number;
  cursor: string | undefined;
  /** Epoch milliseconds of the oldest row so far. */
  oldest: number | undefined;
}

interface State {
  readonly rows: number;
  readonly all: number | undefined;
  readonly isRunning: boolean;
  readonly error?: ApiError;
  /** Where a file ended because it had enough rows: epoch milliseconds of the last one. */
  readonly cutAt?: number;
}

export interface LogFile {
  readonly state: State | undefined;
  readonly start: (load: Run['load'], all: number | undefined) => void;
  /** Goes on where a failure ended it. */
  readonly goOn: () => void;
  readonly stop: () => void;
}

const pause = (seconds: number): Promise<void> => new Promise((over) => setTimeout(over, seconds * 1000));

/** A page; again after the time that a service asks for which is busy. @throws ApiError */
const readPatiently = async (run: Pick<Run, 'load' | 'cursor'>, waits = 0): Promise<PageOf<Entry>> => {
  try {
    return await run.load(run.cursor);
  } catch (error) {
    if (!(error instanceof ApiError) || error.retryAfter === undefined || waits === MAX_WAITS) throw error;
    await pause(error.retryAfter);
    return readPatiently(run, waits + 1);
  }
};

export const useLogFile = (): LogFile => {
  const [state, setState] = useState<State>();
  const current = useRef<Run>();
  const stop = () => {
    current.current = undefined;
    setState(undefined);
  };
  // Who leaves the screen wants no file any more.
  useEffect(
    () => () => {
      current.current = undefined;
    },
    [],
  );
  const go = async (run: Run): Promise<void> => {
    const say = (more: Partial<State> = {}) =>
      setState({ rows: run.rows, all: run.all, isRunning: true, ...more });
    say();
    try {
      do {
        const { items, nextCursor } = await readPatiently(run);
        if (current.current !== run) return;
        run.parts.push(csvRows(items.map(toCells), 'spreadsheet', locale()));
        run.rows += items.length;
        run.oldest = items.at(-1)?.timestamp ?? run.oldest;
        run.cursor = nextCursor ?? undefined;
        run.calls++;
        say();
      } while (run.cursor !== undefined && run.calls < MAX_CALLS);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (current.current === run) say({ isRunning: false, error });
      return;
    }
    current.current = undefined;
    download('log.csv', run.parts);
    if (run.cursor === undefined || run.oldest === undefined) setState(undefined);
    else say({ isRunning: false, cutAt: run.oldest * 1000 });
  };
  return {
    state,
    stop,
    start: (load, all) => {
      const header = toCsv(HEADER, [], 'spreadsheet', locale());
      const run: Run = {
        load,
        all,
        parts: [header],
        rows: 0,
        calls: 0,
        cursor: undefined,
        oldest: undefined,
      };
      current.current = run;
      void go(run);
    },
    goOn: () => {
      if (current.current) void go(current.current);
    },
  };
};

const toCells = (entry: Entry): (string | number | null)[] => [
  entry.id,
  new Date(entry.timestamp * 1000).toISOString(),
  entry.platform,
  entry.serial,
  entry.action_type,
  entry.action_detail,
  entry.username,
];

/** How far the file has come, why it came no further, or where it ended. */
export const LogFileState = ({ file, zone }: { readonly file: LogFile; readonly zone: string }) => {
  const { state } = file;
  if (!state) return null;
  const { rows, all, isRunning, error, cutAt } = state;
  if (cutAt !== undefined) {
    return (
      <div class="banner" role="status">
        <span class="grow">{t('log.fileCut', { n: rows, at: formatDateTime(cutAt, zone) })}</span>
        <button type="button" class="link" onClick={file.stop}>
          {t('action.close')}
        </button>
      </div>
    );
  }
  return (
    <div class={error ? 'banner bad' : 'banner'} role="status">
      <div class="grow stack">
        {error && <span>{failureText(error)}</span>}
        {all === undefined ? (
          <span class="tabular">{t('log.fileSoFar', { n: rows })}</span>
        ) : (
          <Progress value={rows} max={Math.min(all, MAX_ROWS)} label={t('log.file')} />
        )}
        {(all === undefined || all > MAX_ROWS) && (
          <span class="small muted">{t('log.fileLimit', { max: formatNumber(MAX_ROWS) })}</span>
        )}
      </div>
      {!isRunning && (
        <button type="button" class="link" onClick={file.goOn}>
          {t('action.retry')}
        </button>
      )}
      <button type="button" class="link" onClick={file.stop}>
        {t('action.cancel')}
      </button>
    </div>
  );
};
