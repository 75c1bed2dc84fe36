import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { newLargeReads } from '../../../src/api/kit/large-reads.ts';
import { Harness } from '../../harness.ts';

const SUMMARY = '/v2/community/activity/summary';
const QUARTER = '?from=2026-01-01&to=2026-03-31';
const MONTH = '?from=2026-03-01&to=2026-03-31';
const REPORT = '/scr/api/activity?startDate=2026-03-01T00:00:00Z&endDate=2026-03-31T00:00:00Z&type=LOGINS';

/** A database that holds each query of totals until it is let go, and says how many it holds at once. */
const holding = () => {
  const held: (() => void)[] = [];
  const seen = { atOnce: 0, most: 0, all: 0 };
  const hold = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name === 'bind') return (...params: unknown[]) => hold(target.bind(...params));
        if (name !== 'all') return typeof value === 'function' ? value.bind(target) : value;
        return async () => {
          seen.all += 1;
          seen.atOnce += 1;
          seen.most = Math.max(seen.most, seen.atOnce);
          await new Promise<void>((resolve) => void held.push(resolve));
          seen.atOnce -= 1;
          return target.all();
        };
      },
    });
  const holdingAll = <T extends D1Database | D1DatabaseSession>(database: T): T =>
    new Proxy(database, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name === 'withSession' && 'withSession' in target) {
          return (from?: string) => holdingAll(target.withSession(from));
        }
        if (name !== 'prepare') return typeof value === 'function' ? value.bind(target) : value;
        return (text: string) => {
          const statement = target.prepare(text);
          return text.includes('listed (id)') ? hold(statement) : statement;
        };
      },
    });
  const database = holdingAll(env.DB);
  /** Waits until a query is held. */
  const reached = async () => {
    while (held.length === 0) await scheduler.wait(1);
  };
  return { database, seen, reached, letGo: () => held.shift()?.() };
};

const setUp = async () => {
  const { database, ...rest } = holding();
  const app = new Harness({ first: database, overrides: { sleep: (ms) => scheduler.wait(ms) } });
  const { key } = await app.community();
  const totals = (period = QUARTER, headers = {}) => app.get(`${SUMMARY}${period}`, { key, headers });
  return { app, key, totals, ...rest };
};

it('large totals that come at once run one after the other', async () => {
  const { totals, seen, reached, letGo } = await setUp();
  const answers = [totals(), totals(), totals()];
  for (const _ of answers) {
    await reached();
    await scheduler.wait(30);
    letGo();
  }
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(seen).toEqual({ atOnce: 0, most: 1, all: 3 });
});

it('small ones wait for nobody: a month, unless it is grouped twice', async () => {
  const { totals, seen, reached, letGo } = await setUp();
  const large = totals();
  await reached();
  const small = totals(MONTH);
  while (seen.atOnce < 2) await scheduler.wait(1);
  letGo();
  letGo();
  expect([(await large).status, (await small).status]).toEqual([200, 200]);
  const first = totals();
  await reached();
  const twice = totals(`${MONTH}&groupBy=account,hour`);
  await scheduler.wait(30);
  expect(seen.atOnce).toBe(1);
  letGo();
  await reached();
  letGo();
  expect([(await first).status, (await twice).status]).toEqual([200, 200]);
});

it('behind eight that wait, one is refused at once, in the dialect and the language of its caller', async () => {
  const { app, key, totals, seen, reached, letGo } = await setUp();
  const answers = Array.from({ length: 9 }, () => totals());
  await reached();
  const refused = await totals();
  expect([refused.status, refused.headers.get('retry-after'), refused.body]).toEqual([
    429,
    '2',
    {
      type: '/problems/too-many-large-reads',
      title: 'Too many large reads',
      status: 429,
      detail: 'Other large reads are under way; try again in 2 s.',
      instance: SUMMARY,
      code: 'TOO_MANY_LARGE_READS',
      message: 'Other large reads are under way; try again in 2 s.',
      requestId: refused.headers.get('x-request-id'),
    },
  ]);
  const report = await app.get(REPORT, { key, headers: { 'Accept-Language': 'es' } });
  expect([report.status, report.headers.get('retry-after'), report.body.error, report.body.message]).toEqual([
    429,
    '2',
    'rate_limited',
    'Hay otras consultas grandes en curso; inténtelo de nuevo en 2 s.',
  ]);
  for (const _ of answers) {
    await reached();
    letGo();
  }
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(9).fill(200));
  expect(seen.most).toBe(1);
});

it('one that has waited five seconds is refused', async () => {
  const { app, key, totals, reached, letGo } = await setUp();
  const large = totals();
  await reached();
  let slept = 0;
  const impatient = new Harness({
    overrides: {
      largeReads: app.services.largeReads,
      sleep: (ms) => {
        slept += ms;
        return Promise.resolve();
      },
    },
  });
  const verify = await impatient.get('/v2/community/account-activities/verify', { key });
  expect([verify.status, verify.headers.get('retry-after')]).toEqual([429, '2']);
  expect(slept).toBeGreaterThanOrEqual(5000);
  expect(slept).toBeLessThan(5500);
  letGo();
  expect((await large).status).toBe(200);
  expect((await impatient.get('/v2/community/account-activities/verify', { key })).status).toBe(200);
});

it('a file has the turn until it has been read, or its reader leaves, or for half a minute', async () => {
  const largeReads = newLargeReads();
  const app = new Harness({ overrides: { largeReads } });
  const { key } = await app.community();
  const isFree = () => {
    const release = largeReads.take(app.clock.now());
    release?.();
    return release !== undefined;
  };
  const headers = { Authorization: `Bearer ${key}`, Accept: 'text/csv' };
  const file = () => app.fetch('/v2/community/activity', { headers });
  const read = await file();
  expect(isFree()).toBe(false);
  await read.text();
  expect(isFree()).toBe(true);
  const left = await file();
  expect(isFree()).toBe(false);
  await left.body?.cancel();
  expect(isFree()).toBe(true);
  const forgotten = await file();
  app.clock.advance(29_999);
  expect(isFree()).toBe(false);
  app.clock.advance(1);
  const release = largeReads.take(app.clock.now());
  expect(release).toBeDefined();
  // What was forgotten comes to its end after all, and gives back nothing that is not its own.
  await forgotten.text();
  expect(isFree()).toBe(false);
  release?.();
  expect(isFree()).toBe(true);
  // Nobody reads what a HEAD asked for.
  expect((await app.fetch('/v2/community/activity', { method: 'HEAD', headers })).status).toBe(200);
  expect(isFree()).toBe(true);
});

it('an export and a failed read give it back', async () => {
  const largeReads = newLargeReads();
  const app = new Harness({ overrides: { largeReads } });
  const { key } = await app.community();
  const response = await app.fetch('/v2/community/export', { headers: { Authorization: `Bearer ${key}` } });
  expect(largeReads.take(app.clock.now())).toBeUndefined();
  await response.text();
  const refused = await app.get(`${SUMMARY}${QUARTER}&order=time`, { key });
  expect(refused.status).toBe(400);
  expect(largeReads.take(app.clock.now())).toBeDefined();
});
