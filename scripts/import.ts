/**
 * `npm run import -- FILE --map name=username ...`: brings the sessions of a large CSV file in, a piece at a time. It goes on
 * where it was cut off; what is there already is left as it is, so that it can be run again at any time.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { CsvQuoteError, CsvReader, type CsvRow, delimiterOf } from '../src/lib/csv-reader.ts';

const HELP = `npm run import -- FILE [--map COLUMN=NAME ...] [--server N] [--timezone ZONE] [--dates dmy|mdy] [--dry-run]
                     [--url URL] [--key KEY] [--batch N] [--restart]

FILE.ndjson is an export (GET /v2/community/export): its rows come in as they are; the key needs the scope admin. It goes on where it
was cut off.
FILE is CSV with comma, semicolon or tab. Its columns are accId, apiId, discord, uniqueId or username, and serverId, start, end,
eventId, metadata and metadata.{key}; --map says what others are (--map name=username --map rank=metadata.rank), and
--map COLUMN= leaves one out. The key needs the scope sessions:import; it can be in ROLLCALL_KEY. URL is ${'http://localhost:50809'}
unless it is given, or in ROLLCALL_URL.`;

const fail = (message: string): never => {
  console.error(`\n${message}`);
  process.exit(1);
};

const readArgs = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        map: { type: 'string', multiple: true, default: [] },
        server: { type: 'string' },
        timezone: { type: 'string' },
        dates: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        url: { type: 'string', default: process.env.ROLLCALL_URL ?? 'http://localhost:50809' },
        key: { type: 'string', default: process.env.ROLLCALL_KEY ?? process.env.KEY ?? '' },
        batch: { type: 'string', default: '1000' },
        restart: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
  }
};
const { values, positionals } = readArgs();
const [file] = positionals;
if (values.help || file === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 1);
}
if (values.key === '') fail('Say which key to use: --key rc_..., or ROLLCALL_KEY in the environment.');
if (!existsSync(file)) fail(`There is no file ${file}.`);

const size = statSync(file).size;
const statePath = `${file}.import-state.json`;
const refusedPath = `${file}.refused.csv`;
const isDryRun = values['dry-run'];
const batchSize = Math.min(1000, Math.max(1, Number(values.batch) || 1000));
/** Of a call's text at most: a body may have 1 MiB. */
const BATCH_BYTES = 800_000;
/** What a half-done import was an import to: elsewhere, nothing of the file is there. */
const target = createHash('sha256')
  .update(JSON.stringify([values.url, values.key, values.map, values.server, values.timezone, values.dates]))
  .digest('hex')
  .slice(0, 16);

/** How far the file has been read, and what became of it. */
interface State {
  readonly size: number;
  readonly target: string;
  /** Lines up to here are done. */
  line: number;
  imported: number;
  duplicates: number;
  refused: number;
}

const readState = (): State => {
  const fresh = { size, target, line: 0, imported: 0, duplicates: 0, refused: 0 };
  if (values.restart || isDryRun || !existsSync(statePath)) return fresh;
  const state = JSON.parse(readFileSync(statePath, 'utf8')) as State;
  return state.size === size && state.target === target ? state : fresh;
};
const state = readState();
if (state.line > 0) console.error(`Going on behind line ${state.line}.`);
else rmSync(refusedPath, { force: true });

const renamed = new Map(
  values.map.map((pair) => {
    const end = pair.indexOf('=');
    if (end < 1) fail(`--map takes COLUMN=NAME, not ${pair}.`);
    return [pair.slice(0, end), pair.slice(end + 1)] as const;
  }),
);

const quote = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const toLine = (cells: readonly string[]): string => `${cells.map(quote).join(',')}\n`;

let columns: readonly { readonly index: number; readonly name: string }[] = [];
let header: readonly string[] = [];
const startedAt = Date.now();
let sent = 0;

const query = new URLSearchParams({
  ...(isDryRun && { dryRun: 'true' }),
  ...(values.server && { serverId: values.server }),
  ...(values.timezone && { timezone: values.timezone }),
  ...(values.dates && { dates: values.dates }),
});

interface Answer {
  readonly data: {
    readonly imported: number;
    readonly duplicates: number;
    readonly refused: number;
    readonly results: readonly {
      readonly index: number;
      /** Of what was sent. */
      readonly line?: number;
      readonly status: string;
      readonly message?: string;
    }[];
  };
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

const post = async (rows: readonly CsvRow[]): Promise<Answer['data']> => {
  const body =
    toLine(columns.map(({ name }) => name)) +
    rows.map(({ cells }) => toLine(columns.map(({ index }) => cells[index] ?? ''))).join('');
  const response = await ask(`/v2/community/activity/import?${query}`, 'text/csv; charset=utf-8', body);
  if (response.ok) return ((await response.json()) as Answer).data;
  const answer = (await response.json().catch(() => undefined)) as Answer | undefined;
  const details =
    answer?.errors?.map(({ path, message }) => `\n  ${path || 'the file'} ${message}`).join('') ?? '';
  return fail(`${values.url} answered ${response.status}: ${answer?.detail ?? ''}${details}`);
};

const showProgress = (bytes: number): void => {
  const share = size === 0 ? 1 : Math.min(1, bytes / size);
  const bar = '#'.repeat(Math.round(share * 30)).padEnd(30, '.');
  const perSecond = Math.round(sent / Math.max(0.001, (Date.now() - startedAt) / 1000));
  process.stderr.write(
    `\r[${bar}] ${Math.round(share * 100)} %  ${state.imported} imported, ${state.duplicates} there already, ` +
      `${state.refused} refused  (${perSecond} rows/s) `,
  );
};

const flush = async (rows: readonly CsvRow[], bytes: number): Promise<void> => {
  if (rows.length === 0) return;
  const { imported, duplicates, refused, results } = await post(rows);
  const bad = results.filter(({ status }) => status === 'refused');
  if (bad.length > 0) {
    if (!existsSync(refusedPath)) await appendFile(refusedPath, toLine(['line', 'reason', ...header]));
    await appendFile(
      refusedPath,
      bad
        .map(({ index, message = '' }) => {
          const row = rows[index];
          const reason = message.replace(/\(line (\d+)\)/, (whole, sent) => {
            const other = results.find(({ line }) => line === Number(sent));
            return other ? `(line ${rows[other.index]?.line})` : whole;
          });
          return toLine([String(row?.line ?? ''), reason, ...(row?.cells ?? [])]);
        })
        .join(''),
    );
  }
  state.imported += imported;
  state.duplicates += duplicates;
  state.refused += refused;
  state.line = rows.at(-1)?.line ?? state.line;
  sent += rows.length;
  if (!isDryRun) writeFileSync(statePath, JSON.stringify(state));
  showProgress(bytes);
};

const readHeader = (cells: readonly string[]): void => {
  header = cells;
  columns = cells.flatMap((cell, index) => {
    const name = renamed.get(cell.trim()) ?? cell.trim();
    return name === '' ? [] : [{ index, name }];
  });
};

/** Asks until it is answered: what is busy or away is asked again, and says so. */
const ask = async (path: string, type: string, body: string): Promise<Response> => {
  for (let attempt = 1; ; attempt++) {
    let response: Response | undefined;
    let problem: string;
    try {
      response = await fetch(`${values.url}${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${values.key}`, 'Content-Type': type },
        body,
      });
      problem = `answered ${response.status}`;
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } };
      problem = `cannot be reached (${cause?.code ?? error})`;
    }
    const isPassing = response === undefined || response.status === 429 || response.status >= 500;
    if (response && (!isPassing || attempt >= 8)) return response;
    if (attempt >= 8) return fail(`${values.url} ${problem}.`);
    const seconds = Number(response?.headers.get('retry-after')) || Math.min(2 ** attempt, 30);
    console.error(`\n${values.url} ${problem}. Again in ${seconds} s.`);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
};

interface TransferAnswer {
  readonly data: {
    readonly imported: number;
    readonly duplicates: number;
    readonly skipped: number;
    readonly refused: readonly { readonly line: number; readonly table: string; readonly code: string }[];
  };
  readonly detail?: string;
}

/**
 * Lines of an export, as they are: `GET /v2/community/export` of one community becomes the rows of another. The answer to each
 * call says what stays out, which goes into a file of its own.
 */
const importExport = async (path: string): Promise<void> => {
  const outPath = `${file}.refused.ndjson`;
  let lines: string[] = [];
  let length = 0;
  let [line, read] = [0, 0];
  const send = async (): Promise<void> => {
    if (lines.length === 0) return;
    const sent = lines;
    lines = [];
    length = 0;
    const response = await ask('/v2/community/import', 'application/x-ndjson', sent.join('\n'));
    const { data, detail = '' } = (await response.json()) as TransferAnswer;
    if (!response.ok) fail(`Before line ${line}: ${values.url} answered ${response.status}: ${detail}`);
    if (data.refused.length > 0) {
      await appendFile(
        outPath,
        data.refused
          .map(
            (one) =>
              `{"line":${line - sent.length + one.line},"code":"${one.code}","was":${sent[one.line - 1]}}\n`,
          )
          .join(''),
      );
    }
    state.imported += data.imported;
    state.duplicates += data.duplicates;
    state.refused += data.refused.length;
    state.line = line;
    writeFileSync(statePath, JSON.stringify(state));
    showProgress(read);
  };
  if (state.line === 0) rmSync(outPath, { force: true });
  for await (const text of createInterface({ input: createReadStream(path, 'utf8') })) {
    read += Buffer.byteLength(text) + 1;
    // Before the line goes in: a call has at most 1 MiB.
    if (length + Buffer.byteLength(text) > BATCH_BYTES) await send();
    line += 1;
    if (line <= state.line || text.trim() === '') continue;
    sent += 1;
    length += Buffer.byteLength(text) + 1;
    lines.push(text);
    if (lines.length >= batchSize) await send();
  }
  await send();
  rmSync(statePath, { force: true });
  showProgress(size);
  console.error(
    `\n${state.imported} rows imported, ${state.duplicates} there already, ${state.refused} refused` +
      `${state.refused > 0 ? ` (see ${outPath})` : ''}.`,
  );
};

if (file.endsWith('.ndjson')) {
  await importExport(file);
  process.exit(0);
}

let reader: CsvReader | undefined;
let waiting: CsvRow[] = [];
let waitingBytes = 0;
let bytes = 0;

const flushWaiting = async (): Promise<void> => {
  const rows = waiting;
  waiting = [];
  waitingBytes = 0;
  await flush(rows, bytes);
};

const take = async (rows: readonly CsvRow[]): Promise<void> => {
  for (const row of rows) {
    if (header.length === 0) {
      readHeader(row.cells);
      continue;
    }
    if (row.line <= state.line || row.cells.every((cell) => cell.trim() === '')) continue;
    const length = Buffer.byteLength(toLine(row.cells));
    if (waitingBytes + length > BATCH_BYTES) await flushWaiting();
    waiting.push(row);
    waitingBytes += length;
    if (waiting.length >= batchSize) await flushWaiting();
  }
};

for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 64 * 1024 })) {
  const text = chunk as string;
  reader ??= new CsvReader(delimiterOf(text));
  bytes += Buffer.byteLength(text);
  await take(reader.push(text));
}
let problem: string | undefined;
try {
  await take(reader?.end() ?? []);
} catch (error) {
  if (!(error instanceof CsvQuoteError)) throw error;
  problem = error.message;
}
await flushWaiting();
showProgress(problem === undefined ? size : bytes);
console.error(
  `\n${isDryRun ? 'Nothing was changed. ' : ''}${state.imported} imported, ${state.duplicates} there already, ${state.refused} refused` +
    `${state.refused > 0 ? ` (see ${refusedPath})` : ''}.`,
);
if (problem !== undefined) fail(`${problem} That line and all behind it were not read.`);
if (!isDryRun) rmSync(statePath, { force: true });
