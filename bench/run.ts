/**
 * `npm run bench`: Rollcall beside a raw Worker that does the same work, in one run on this machine, so that the
 * ratios mean something wherever it runs. Needs Linux (/proc); uses loopback only; ends by itself.
 */
import { readdirSync, readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { bundleWorker } from '../scripts/local/bundle.ts';
import { ACCOUNT, PATH, type Recording } from './recording.ts';

const ADMIN_TOKEN = 'bench-admin-token-0000000000000000000000';
const SECONDS = 4;
const CONNECTIONS = 32;
const ROUNDS = 15;
/** The first rounds warm both up: the compiler is not done with them before. */
const WARM_UPS = 3;
const PAIRS = 2_000;
const START_UPS = 25;

/** A Worker on a socket of its own, without the proxy of `wrangler dev`. */
const open = async (script: string, bindings: Record<string, unknown>) => {
  const before = new Set(workerds());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      compatibilityDate: '2026-10-23',
      d1Databases: { DB: 'bench' },
      bindings: { ADMIN_TOKEN, ...bindings } as Record<string, string>,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    }),
  );
  const url = await miniflare.unsafeGetDirectURL();
  const [pid] = workerds().filter((candidate) => !before.has(candidate));
  if (!pid) throw new Error('No workerd process was started.');
  return { miniflare, url: url.origin, pid };
};
type Opened = Awaited<ReturnType<typeof open>>;

const workerds = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return stat.includes('(workerd)') && stat.split(') ')[1]?.split(' ')[1] === String(process.pid);
      } catch {
        return false;
      }
    });

/** CPU time of all threads of a process, in milliseconds. */
const cpuTime = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, nanoseconds) => sum + nanoseconds / 1e6, 0);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** A start and a stop, to be sent in turn. */
const calls = (key: string) =>
  ['forceStart', 'forceStop'].map((flag) => ({
    method: 'POST',
    path: PATH,
    headers: { Authorization: `Bearer ${key}` },
    body: JSON.stringify({ accId: ACCOUNT, [flag]: true }),
  }));

const get = async (url: string): Promise<string> => {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
};

const migrate = async ({ miniflare }: Opened): Promise<void> => {
  const database = await miniflare.getD1Database('DB');
  for (const file of readdirSync('drizzle')
    .filter((name) => name.endsWith('.sql'))
    .sort()) {
    const statements = readFileSync(`drizzle/${file}`, 'utf8').split('--> statement-breakpoint');
    await database.batch(statements.map((statement) => database.prepare(statement)));
  }
};

const throughput = async (
  url: string,
  requests: Parameters<typeof autocannon>[0]['requests'],
  isOk = true,
) => {
  const {
    requests: rate,
    errors,
    non2xx,
  } = await autocannon({ url, connections: CONNECTIONS, duration: SECONDS, requests });
  if (errors > 0 || (isOk && non2xx > 0)) throw new Error(`${url}: ${errors} errors, ${non2xx} refusals`);
  return rate.average;
};

/** CPU microseconds of one call inside the isolate, without sockets. */
const cpuInLoop = async ({ url, pid }: Opened): Promise<number> => {
  const before = cpuTime(pid);
  const successes = Number(await get(`${url}/loop?pairs=${PAIRS}`));
  if (successes !== 2 * PAIRS) throw new Error(`${successes} of ${2 * PAIRS} calls succeeded`);
  return ((cpuTime(pid) - before) * 1000) / successes;
};

/** CPU microseconds of the whole process for one request. */
const cpuOverHttp = async ({ url, pid }: Opened): Promise<number> => {
  const before = cpuTime(pid);
  const amount = 2 * PAIRS;
  const result = await autocannon({ url, connections: 8, amount, requests: calls(recording.key) });
  if (result['2xx'] !== amount) throw new Error(`${result['2xx']} of ${amount} calls succeeded`);
  return ((cpuTime(pid) - before) * 1000) / amount;
};

/** CPU milliseconds from the start of the process to its first answer. */
const startUp = async (script: string): Promise<number> => {
  const opened = await open(script, {});
  try {
    await (await fetch(`${opened.url}/none`)).text();
    return cpuTime(opened.pid);
  } finally {
    await opened.miniflare.dispose();
  }
};

const print = (what: string, raw: string, ours: string, verdict: string) =>
  console.log(`| ${what.padEnd(42)} | ${raw.padStart(9)} | ${ours.padStart(9)} | ${verdict.padEnd(34)} |`);

const production = await bundleWorker();
const [{ script: app }, { script: raw }, { script: trivial }] = [
  await bundleWorker('bench/app-worker.ts'),
  await bundleWorker('bench/raw-worker.ts'),
  await bundleWorker('bench/trivial-worker.ts'),
];

const recorder = await open(app, {});
await migrate(recorder);
const recording = JSON.parse(await get(recorder.url)) as Recording;
await recorder.miniflare.dispose();

print('', 'raw', 'Rollcall', 'ratio');
print('---', '---:', '---:', '---');

{
  const [rawOne, ours] = [
    await open(raw, { RECORDING: recording, IS_STUBBED: true }),
    await open(app, { RECORDING: recording }),
  ];
  for (const [what, measure, budget] of [
    ['CPU of a start or stop, stubbed D1', cpuOverHttp, ' (budget 1.25)'],
    ['the same inside the isolate, no sockets', cpuInLoop, ''],
  ] as const) {
    const samples = { raw: [] as number[], ours: [] as number[] };
    for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
      samples.raw.push(await measure(rawOne));
      samples.ours.push(await measure(ours));
    }
    const [a, b] = [median(samples.raw.slice(WARM_UPS)), median(samples.ours.slice(WARM_UPS))];
    print(what, `${a.toFixed(0)} µs`, `${b.toFixed(0)} µs`, `${(b / a).toFixed(2)}${budget}`);
  }
  await Promise.all([rawOne.miniflare.dispose(), ours.miniflare.dispose()]);
}
{
  const rawOne = await open(raw, { RECORDING: recording, IS_STUBBED: false });
  await migrate(rawOne);
  const ours = await open(production.script, {});
  await migrate(ours);
  const created = await fetch(`${ours.url}/admin/communities`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
    body: '{"name":"Bench"}',
  });
  const { data } = (await created.json()) as { data: { apiKey: { key: string } } };
  const cases = [
    [
      'requests/s: a path that is not there',
      [{ method: 'GET', path: '/none' }],
      [{ method: 'GET', path: '/none' }],
      false,
    ],
    [
      'requests/s: GET /healthz, local D1',
      [{ method: 'GET', path: '/healthz' }],
      [{ method: 'GET', path: '/healthz' }],
      true,
    ],
    ['requests/s: start and stop, local D1', calls(recording.key), calls(data.apiKey.key), true],
  ] as const;
  for (const [what, rawCalls, ourCalls, isOk] of cases) {
    const a = await throughput(rawOne.url, [...rawCalls], isOk);
    const b = await throughput(ours.url, [...ourCalls], isOk);
    print(what, a.toFixed(0), b.toFixed(0), (b / a).toFixed(2));
  }
  await Promise.all([rawOne.miniflare.dispose(), ours.miniflare.dispose()]);
}
{
  const samples = { raw: [] as number[], ours: [] as number[] };
  for (let round = 0; round < START_UPS; round++) {
    samples.raw.push(await startUp(trivial));
    samples.ours.push(await startUp(production.script));
  }
  const [a, b] = [median(samples.raw), median(samples.ours)];
  print(
    'CPU of a start-up to the first answer',
    `${a.toFixed(0)} ms`,
    `${b.toFixed(0)} ms`,
    `+${(b - a).toFixed(0)} ms (budget +25 ms)`,
  );
}
const kib = production.gzippedSize / 1024;
print('upload, gzipped', '', `${kib.toFixed(1)} KiB`, '(budget 64 KiB)');
