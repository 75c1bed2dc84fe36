/**
 * `npm run bench`: Rollcall beside a raw Worker that does the same work, and beside the server that somebody would write in
 * an afternoon, in one run on this machine. Writes bench/results.json and docs/benchmarks.md. Needs Linux (/proc); uses
 * loopback only; ends by itself, within five minutes.
 *
 * `--quick`: whether it works; its figures mean nothing and are not written. `--growth`: the other table, of a log of 10^4,
 * 10^5 and 10^6 entries. `--only=<text>`: the calls whose names have it, and
 * what they are told in; not written.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { bundleWorker } from '../scripts/local/bundle.ts';
import { type Call, callsOf, type Request, type Requests } from './calls.ts';
import { accountId, type Sizes } from './data.ts';
import { type Load, load, send } from './load.ts';
import type { Cost } from './metered-database.ts';
import {
  type CallResult,
  type Growth,
  growthOf,
  isNeededFor,
  type Measured,
  printCall,
  type Results,
  rosterInStarts,
  toMarkdown,
  type Webhook,
} from './report.ts';
import {
  ADMIN_TOKEN,
  copyCommunities,
  cpuTime,
  fill,
  makeRaw,
  migrate,
  openNodeServer,
  openWorker,
  type Subject,
  type WorkerSubject,
} from './subjects.ts';

const isQuick = process.argv.includes('--quick');
const isGrowth = process.argv.includes('--growth');
const only = process.argv.find((text) => text.startsWith('--only='))?.slice('--only='.length);

const SIZES: Sizes = isQuick
  ? { sessions: 3000, logEntries: 12_000 }
  : { sessions: 20_000, logEntries: 100_000 };
const CONNECTIONS = 4;
const ROUNDS = isQuick ? 1 : 5;
const ROUND_MS = isQuick ? 60 : 300;
const WARM_UP_MS = isQuick ? 30 : 300;
const START_UPS = isQuick ? 1 : 7;
const MESSAGES = isQuick ? 5 : 200;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const post = async (url: string, key: string, body: unknown) =>
  JSON.parse(
    await (
      await fetch(url, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}` },
        body: JSON.stringify(body),
      })
    ).text(),
  ).data;

const costOf = async ({ url }: Subject, mode: 'pass' | 'record' | 'replay'): Promise<Cost> =>
  (await fetch(`${url}/bench?mode=${mode}`)).json() as Promise<Cost>;

/** Rollcall with the data, and a key of the community that has them. */
const openRollcall = async (script: string, sizes: Sizes, now: number) => {
  const subject = await openWorker(script);
  await migrate(subject);
  const { apiKey } = await post(`${subject.url}/admin/communities`, ADMIN_TOKEN, { name: 'Bench' });
  await fill(subject, sizes, now);
  return { subject, key: apiKey.key as string };
};

/** What is measured of one subject, round by round. */
const measure = async (
  { calls: seen, ...subject }: Subject & { calls: Load[] },
  key: string,
  requests: Requests,
): Promise<void> => {
  seen.push(await load(subject, key, requests, { connections: CONNECTIONS, ms: ROUND_MS }));
};

const summed = (rounds: readonly Load[]): Measured => ({
  perSecond: median(rounds.map(({ perSecond }) => perSecond)),
  p50: median(rounds.map(({ p50 }) => p50)),
  p99: median(rounds.map(({ p99 }) => p99)),
  cpu: median(rounds.map(({ cpu }) => cpu)),
});

/** The median of what `of` says of each two rounds, and between what it lies. */
const ratio = (ours: readonly Load[], others: readonly Load[], of: (round: Load) => number) => {
  const ratios = ours.map((round, index) => of(round) / of(others[index] as Load));
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
};

/** What an answer consists of, not its values: arrays by their length and first item. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return [value.length, shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return 'value';
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, shapeOf(inner)]),
  );
};

/** Which headers an answer has, and what `Vary` names; how its length is told is the runtime's. */
const headersOf = (headers: IncomingHttpHeaders): string[] =>
  Object.keys(headers)
    .filter((name) => !['content-length', 'transfer-encoding'].includes(name))
    .map((name) => (name === 'vary' ? `vary: ${headers.vary}` : name))
    .sort();

interface Subjects {
  readonly rollcall: WorkerSubject;
  readonly raw: WorkerSubject;
  readonly node: Subject;
}

/** One line of the table. */
const measureCall = async (subjects: Subjects, key: string, call: Call): Promise<CallResult> => {
  const of = (name: keyof Subjects): Requests =>
    typeof call.requests === 'function' ? call.requests : call.requests[name];
  const { rollcall, raw, node } = subjects;

  // Both Workers must do the same work, or the ratio is of nothing.
  const shapes = await Promise.all(
    (['rollcall', 'raw'] as const).map(async (name) => {
      // An even number, so that who was started is stopped.
      await send(subjects[name], key, of(name)(0, 0));
      const { text, headers } = await send(subjects[name], key, of(name)(0, 1));
      return JSON.stringify([shapeOf(JSON.parse(text)), headersOf(headers)]);
    }),
  );
  if (shapes[0] !== shapes[1]) throw new Error(`${call.name}: answers differ\n${shapes[0]}\n${shapes[1]}`);

  for (const name of ['rollcall', 'raw', 'node'] as const) {
    await load(subjects[name], key, of(name), { connections: CONNECTIONS, ms: WARM_UP_MS });
  }
  await costOf(rollcall, 'pass');
  await costOf(raw, 'pass');
  const rounds = { rollcall: [] as Load[], raw: [] as Load[], node: [] as Load[] };
  for (let round = 0; round < ROUNDS; round++) {
    await measure({ ...raw, calls: rounds.raw }, key, of('raw'));
    await measure({ ...rollcall, calls: rounds.rollcall }, key, of('rollcall'));
    await measure({ ...node, calls: rounds.node }, key, of('node'));
  }
  const perCall = async (subject: Subject, seen: readonly Load[]): Promise<Cost> => {
    const { trips, rowsRead, rowsWritten } = await costOf(subject, 'record');
    const calls = seen.reduce((sum, round) => sum + round.calls, 0);
    return { trips: trips / calls, rowsRead: rowsRead / calls, rowsWritten: rowsWritten / calls };
  };
  const costs = { rollcall: await perCall(rollcall, rounds.rollcall), raw: await perCall(raw, rounds.raw) };

  // From now on without D1.
  const stubbed = { rollcall: [] as Load[], raw: [] as Load[] };
  for (const name of ['rollcall', 'raw'] as const) {
    await load(subjects[name], key, of(name), { connections: 1, ms: 0, atLeast: 2 });
    await costOf(subjects[name], 'replay');
    await load(subjects[name], key, of(name), { connections: CONNECTIONS, ms: WARM_UP_MS / 2 });
  }
  for (let round = 0; round < ROUNDS; round++) {
    await measure({ ...raw, calls: stubbed.raw }, key, of('raw'));
    await measure({ ...rollcall, calls: stubbed.rollcall }, key, of('rollcall'));
  }
  for (const name of ['rollcall', 'raw'] as const) {
    const { trips } = await costOf(subjects[name], 'pass');
    const made = stubbed[name].reduce((sum, round) => sum + round.calls, 0);
    // A credential is read anew every 30 seconds.
    if (trips > 20 + made / 20) throw new Error(`${call.name}: ${name} asked D1 ${trips} times without D1`);
  }
  return {
    name: call.name,
    rollcall: { ...summed(rounds.rollcall), ...costs.rollcall, workerCpu: summed(stubbed.rollcall).cpu },
    raw: { ...summed(rounds.raw), ...costs.raw, workerCpu: summed(stubbed.raw).cpu },
    node: summed(rounds.node),
    throughputRatio: ratio(rounds.rollcall, rounds.raw, ({ perSecond }) => perSecond),
    cpuRatio: ratio(stubbed.rollcall, stubbed.raw, ({ cpu }) => cpu),
  };
};

/** How long from a call until the receiver has its webhook's first attempt, one call after the other. */
const measureWebhook = async (
  { subject, key }: { subject: Subject; key: string },
  receiver: { arrived: (() => void) | undefined },
): Promise<{ p50: number; p99: number }> => {
  const times: number[] = [];
  for (let n = 0; n < MESSAGES * 2; n++) {
    const isStart = n % 2 === 0;
    const request: Request = {
      method: 'POST',
      path: '/v2/community/servers/9/activity',
      body: JSON.stringify({ accId: accountId(690), [isStart ? 'forceStart' : 'forceStop']: true }),
    };
    const from = performance.now();
    const arrival = new Promise<void>((resolve) => {
      receiver.arrived = resolve;
    });
    await send(subject, key, request);
    if (!isStart) continue;
    await arrival;
    times.push(performance.now() - from);
    // The attempt is recorded after it is answered: the next message waits for that.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  times.sort((a, b) => a - b);
  return { p50: median(times), p99: times[Math.floor(times.length * 0.99)] ?? 0 };
};

/** CPU milliseconds from the start of the process to its first answer. */
const startUp = async (script: string): Promise<number> => {
  const subject = await openWorker(script);
  try {
    await (await fetch(`${subject.url}/none`)).text();
    return cpuTime(subject);
  } finally {
    await subject.close();
  }
};

const openReceiver = async () => {
  const receiver: { arrived: (() => void) | undefined; url: string; close: () => void } = {
    arrived: undefined,
    url: '',
    close: () => server.close(),
  };
  const server = createServer((request, response) => {
    request.resume();
    receiver.arrived?.();
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  receiver.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
  return receiver;
};

const measureAll = async (): Promise<Omit<Results, 'growth'>> => {
  const now = Date.now();
  const [busy = 0] = loadavg();
  const production = await bundleWorker();
  const trivial = await bundleWorker('bench/trivial-worker.ts');
  const receiver = await openReceiver();
  const { subject: rollcall, key } = await openRollcall(
    (await bundleWorker('bench/app-worker.ts')).script,
    SIZES,
    now,
  );
  // A community that is told of its sessions; a key of its own, since the one before was read without endpoints.
  const hooked = await post(`${rollcall.url}/admin/communities`, ADMIN_TOKEN, { name: 'Told' });
  await post(`${rollcall.url}/v2/community/webhook-endpoints`, hooked.apiKey.key, {
    url: receiver.url,
    events: ['session.started'],
  });
  const made = await post(`${rollcall.url}/v2/community/api-keys`, hooked.apiKey.key, {
    name: 'Bench',
    scopes: ['sessions:write'],
  });
  const raw = await openWorker((await bundleWorker('bench/raw-worker.ts')).script);
  await migrate(raw);
  await makeRaw(raw);
  await copyCommunities(rollcall, raw);
  await fill(raw, SIZES, now);
  const node = await openNodeServer({ sizes: SIZES, now, key, receiver: receiver.url });
  try {
    const calls: CallResult[] = [];
    for (const call of await callsOf(rollcall, key, SIZES, now)) {
      if (only !== undefined && !isNeededFor(call.name, only)) continue;
      const result = await measureCall({ rollcall, raw, node }, key, call);
      printCall(result);
      calls.push(result);
    }
    console.log(rosterInStarts(calls));
    const webhook: Webhook = {
      rollcall: await measureWebhook({ subject: rollcall, key: made.key }, receiver),
      raw: await measureWebhook({ subject: raw, key: made.key }, receiver),
      node: await measureWebhook({ subject: node, key }, receiver),
    };
    const startUps = { trivial: [] as number[], rollcall: [] as number[] };
    for (let round = 0; round < START_UPS; round++) {
      startUps.trivial.push(await startUp(trivial.script));
      startUps.rollcall.push(await startUp(production.script));
    }
    return {
      date: new Date(now).toISOString().slice(0, 10),
      machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`,
      busy,
      sizes: SIZES,
      rounds: ROUNDS,
      roundMs: ROUND_MS,
      connections: CONNECTIONS,
      calls,
      webhook,
      startUp: { trivial: median(startUps.trivial), rollcall: median(startUps.rollcall) },
      uploadKib: production.gzippedSize / 1024,
    };
  } finally {
    receiver.close();
    await Promise.all([rollcall.close(), raw.close(), node.close()]);
  }
};

/** Rollcall alone, one call at a time, at three sizes of the log and a tenth as many sessions. */
const measureGrowth = async (): Promise<Growth> => {
  const { script } = await bundleWorker('bench/app-worker.ts');
  const sizes = (isQuick ? [12_000, 24_000] : [10_000, 100_000, 1_000_000]).map((logEntries) => ({
    logEntries,
    sessions: Math.max(2000, logEntries / 10),
  }));
  const calls = new Map<string, { p50: number; rowsRead: number; rowsWritten: number }[]>();
  for (const size of sizes) {
    const now = Date.now();
    const { subject, key } = await openRollcall(script, size, now);
    try {
      for (const { name, requests, grows } of await callsOf(subject, key, size, now)) {
        if (!grows) continue;
        const own = typeof requests === 'function' ? requests : requests.rollcall;
        await load(subject, key, own, { connections: 1, ms: WARM_UP_MS });
        await costOf(subject, 'pass');
        const { p50, calls: made } = await load(subject, key, own, { connections: 1, ms: 2 * ROUND_MS });
        const { rowsRead, rowsWritten } = await costOf(subject, 'pass');
        const seen = calls.get(name) ?? [];
        calls.set(name, [...seen, { p50, rowsRead: rowsRead / made, rowsWritten: rowsWritten / made }]);
      }
    } finally {
      await subject.close();
    }
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    sizes,
    calls: [...calls].map(([name, at]) => ({ name, at })),
  };
};

const FILE = 'bench/results.json';
const isKept = !isQuick && only === undefined;
const known: Partial<Results> = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
if (isGrowth) {
  if (isKept && !known.calls) throw new Error('The page of this table begins with the other: npm run bench.');
  const growth = await measureGrowth();
  if (isKept) keep({ ...known, growth } as Results);
  else console.log(growthOf(growth));
} else keep({ ...known, ...(await measureAll()) });
// Sockets that are kept alive would keep the process.
process.exit(0);

function keep(results: Results): void {
  const markdown = toMarkdown(results);
  if (isKept) {
    writeFileSync(FILE, `${JSON.stringify(results, null, 2)}\n`);
    writeFileSync('docs/benchmarks.md', markdown);
    console.log(`Written: ${FILE}, docs/benchmarks.md`);
  } else console.log(markdown);
}
