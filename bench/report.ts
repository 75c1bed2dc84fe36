/** What a run has found, and the page that tells it. */
import type { Sizes } from './data.ts';
import { missesOf } from './targets.ts';

export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU milliseconds of the whole process for one call, its database included. */
  readonly cpu: number;
}
export interface WorkerMeasured extends Measured {
  /** CPU milliseconds for one call where D1 is stubbed. */
  readonly workerCpu: number;
  readonly trips: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
}
/** The median of the rounds, and the least and the most of them. */
export interface Ratio {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}
export interface CallResult {
  readonly name: string;
  readonly rollcall: WorkerMeasured;
  readonly raw: WorkerMeasured;
  readonly node: Measured;
  readonly throughputRatio: Ratio;
  readonly cpuRatio: Ratio;
}
type Delay = { readonly p50: number; readonly p99: number };
export type Webhook = Readonly<Record<'rollcall' | 'raw' | 'node', Delay>>;
export interface Growth {
  readonly date: string;
  readonly sizes: readonly Sizes[];
  readonly calls: readonly {
    readonly name: string;
    readonly at: readonly { readonly p50: number; readonly rowsRead: number; readonly rowsWritten: number }[];
  }[];
}
export interface Results {
  readonly date: string;
  readonly machine: string;
  /** Processes that wanted to run before anything was measured (the load average of a minute). */
  readonly busy: number;
  readonly sizes: Sizes;
  readonly rounds: number;
  readonly roundMs: number;
  readonly connections: number;
  readonly calls: readonly CallResult[];
  readonly webhook: Webhook;
  /** CPU milliseconds from the start of the process to the first answer. */
  readonly startUp: { readonly trivial: number; readonly rollcall: number };
  readonly uploadKib: number;
  readonly growth?: Growth;
}

/** Two significant digits, or whole. */
const short = (value: number): string => {
  if (value >= 100) return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  if (value >= 10) return value.toFixed(0);
  return value >= 1 ? value.toFixed(1) : value.toFixed(2);
};
const rows = (value: number): string => (Number.isInteger(value) ? String(value) : short(value));
const spread = ({ median, least, most }: Ratio): string =>
  `**${median.toFixed(2)}** (${least.toFixed(2)}–${most.toFixed(2)})`;
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...body.map(line)].join('\n');

const cellsOf = ({ name, rollcall, raw, node, throughputRatio, cpuRatio }: CallResult): string[] => {
  const three = (of: (measured: Measured) => number) =>
    [rollcall, raw, node].map((one) => short(of(one))).join(' / ');
  const two = (of: (measured: WorkerMeasured) => number) =>
    [rollcall, raw].map((one) => rows(of(one))).join(' / ');
  return [
    name,
    three(({ perSecond }) => perSecond),
    spread(throughputRatio),
    three(({ p50 }) => p50),
    three(({ p99 }) => p99),
    three(({ cpu }) => cpu),
    [rollcall, raw].map(({ workerCpu }) => short(workerCpu)).join(' / '),
    spread(cpuRatio),
    two(({ trips }) => trips),
    two(({ rowsRead }) => rowsRead),
    two(({ rowsWritten }) => rowsWritten),
  ];
};

export const printCall = (result: CallResult): void => console.log(line(cellsOf(result)));

const HEAD = [
  'call',
  'calls/s',
  'of raw',
  'p50, ms',
  'p99, ms',
  'CPU with the database, ms',
  "Worker's own CPU, ms",
  'of raw',
  'trips',
  'rows read',
  'rows written',
];

const ROSTER = 'roster of 500';
const START = 'start, then stop';
/** A roster is to cost at most so many start calls, in CPU. */
const MAX_STARTS = 9;

/** Whether the call is measured for what is said of calls with this text in their names. */
export const isNeededFor = (name: string, text: string): boolean =>
  name.includes(text) || (name === START && ROSTER.includes(text));

/** What a roster costs, in start or stop calls of the same run; empty where one of them was not measured. */
export const rosterInStarts = (calls: readonly CallResult[]): string => {
  const of = (name: string) => calls.find((call) => call.name === name)?.rollcall;
  const [roster, start] = [of(ROSTER), of(START)];
  if (!roster || !start) return '';
  const [whole, own] = [roster.cpu / start.cpu, roster.workerCpu / start.workerCpu];
  return `A ${ROSTER} costs ${short(whole)} start calls (target: ${MAX_STARTS}), by the CPU with the database; ${short(own)} by the Worker's own CPU.`;
};

/** The section on what misses its target; none where nothing does. */
const misses = (calls: readonly CallResult[]): string => {
  const lines = missesOf(calls);
  return lines.length === 0 ? '' : `## What misses its target, and why\n\n${lines.join('\n')}\n\n`;
};

export const toMarkdown = (results: Results): string => {
  const { date, machine, busy, sizes, rounds, roundMs, connections, calls, webhook, startUp, uploadKib } =
    results;
  return `# Benchmarks

<!-- Made by \`npm run bench\`; the second table by \`npm run bench -- --growth\`. Change bench/report.ts, not this page. -->

Three servers answer the same calls over the same data, in one run on one machine:

- **Rollcall**, as it is deployed.
- **raw**: a Worker written by hand for these calls (\`bench/raw-worker.ts\`). The same tables and keys, credential, headers
  and answers. It has no router, no validator, no layers, and no rules for late calls, silences or repeats.
- **Node**: what somebody would write in an afternoon (\`bench/node-server.ts\`). One process with \`node:http\` and
  \`node:sqlite\`. It does less, and its database is a file beside it.

\`of raw\` is Rollcall's figure divided by that of the raw Worker: the median of ${rounds} rounds, with the lowest and the highest.
The servers take turns in every round, so what else the machine does falls on all of them.

${date}, ${machine}. ${sizes.logEntries.toLocaleString('en')} log entries, ${sizes.sessions.toLocaleString('en')} closed sessions of 200
accounts in a month, 1200 open ones. ${connections} connections, rounds of ${roundMs} ms. A cell has Rollcall / raw / Node, or Rollcall / raw.
${busy < 1.5 ? '' : `\n**The machine was busy with other work (a load of ${busy.toFixed(0)}): only trips and rows mean something here.**\n`}
${table(HEAD, calls.map(cellsOf))}

A webhook's first attempt, from the call until the receiver has it, one after the other (p50 / p99, ms): Rollcall
${short(webhook.rollcall.p50)} / ${short(webhook.rollcall.p99)}, raw ${short(webhook.raw.p50)} / ${short(webhook.raw.p99)}, Node ${short(webhook.node.p50)} / ${short(webhook.node.p99)}.

${rosterInStarts(calls)}

CPU from the start of the process to its first answer: Rollcall ${startUp.rollcall.toFixed(0)} ms, an empty Worker ${startUp.trivial.toFixed(0)} ms: +${(startUp.rollcall - startUp.trivial).toFixed(0)} ms
(budget: +25 ms). Upload: ${uploadKib.toFixed(1)} KiB gzipped (budget: 150 KiB).

${misses(calls)}## What the figures mean on Cloudflare

- **Trips, rows read, rows written** are the same there. They are what D1 bills, and a trip is what a call waits for:
  each costs a way to the database, some milliseconds from nearby, a tenth of a second from far.
- **Worker's own CPU** is what Cloudflare counts as CPU time: 10 ms a call on the free plan. Measured with D1 stubbed: the
  answers come from memory, as JSON that the Worker reads. It includes the sockets of this machine (an empty call), which
  Cloudflare does not count. Cloudflare's machines may be faster or slower than this one; the ratio stays.
- **CPU with the database** has SQLite in it. On Cloudflare, SQLite's share is the time that D1 is busy. One D1 works on one
  query at a time, so 1 ms a call is at most 1000 calls a second of one database.
- **Calls/s, p50 and p99** are of this machine, with no network. With ${connections} connections, a call waits for three others
  first. On Cloudflare the way to D1 decides them. Only the ratios mean something.
- **Node** has no network to its database, here or anywhere, and stops with its machine.
${growthOf(results.growth)}`;
};

export const growthOf = (growth: Growth | undefined): string => {
  if (!growth) return '';
  const { date, sizes, calls } = growth;
  return `
## Growth

Rollcall alone, one call at a time, on ${sizes.map(({ logEntries }) => logEntries.toLocaleString('en')).join(', ')} log entries and
${sizes.map(({ sessions }) => sessions.toLocaleString('en')).join(', ')} sessions (${date}). Nothing should grow along a line,
but what is asked for more: totals of a month have ten times the sessions of the column before.

${table(
  ['call', 'p50, ms', 'rows read', 'rows written'],
  calls.map(({ name, at }) => [
    name,
    at.map(({ p50 }) => short(p50)).join(' / '),
    at.map(({ rowsRead }) => rows(rowsRead)).join(' / '),
    at.map(({ rowsWritten }) => rows(rowsWritten)).join(' / '),
  ]),
)}
`;
};
