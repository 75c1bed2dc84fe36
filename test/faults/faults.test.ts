/**
 * D1 fails at its n-th call, before it or after it: nothing is half-written, nothing is doubled when the caller tries
 * again, and no failure of D1 is a defect of ours.
 */
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/client.ts';
import {
  callsOf,
  make,
  makeWorld,
  NOW,
  type OperationCall,
  operations,
  type World,
} from '../every-operation.ts';
import { type Failing, faultyDatabase, NETWORK_LOST } from '../faulty-database.ts';
import { type Answer, Harness } from '../harness.ts';
import { MINUTE } from '../helpers.ts';
import { gistOf, putBack, type Snapshot, takeSnapshot } from '../whole-database.ts';

/** What D1 says when it is D1 that fails ("Debug D1"), beside a lost connection. */
const TEXTS = [
  'D1_ERROR: D1 DB reset because its code was updated.',
  'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
  'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
  'D1_ERROR: Internal error in D1 DB storage caused object to be reset.',
  'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.',
  "D1_ERROR: Can't read from request stream because client disconnected.",
  'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
  'D1_ERROR: D1 DB exceeded its memory limit and was reset.',
  'D1_ERROR: D1 DB exceeded its CPU time limit and was reset.',
  'D1_ERROR: Exceeded maximum DB size.',
  "D1_ERROR: Your account has exceeded D1's free tier daily row write limit.",
];

let world: World;
let before: Snapshot;
const tally = { tried: 0, failed: 0 };

beforeAll(async () => {
  const maker = new Harness({ overrides: { fetch: async () => new Response(null, { status: 204 }) } });
  world = await makeWorld(maker);
  await maker.cron();
  before = await takeSnapshot(env.DB);
});
afterAll(() => {
  // biome-ignore lint/suspicious/noConsole: what the run is for.
  console.log(`faults: ${tally.tried} tried, ${tally.failed} failed`);
});

/** An isolate that has just started, at NOW, on a D1 that can fail. */
const start = () => {
  const { database, fail, calls } = faultyDatabase(env.DB);
  const app = new Harness({
    now: NOW,
    overrides: { db: openDatabase(database), fetch: async () => new Response(null, { status: 204 }) },
  });
  return { app, fail, calls };
};

const isDefect = ({ event }: { event: string }) => event === 'defect';

/** The call as it goes where nothing fails: its answer, how often it calls D1, and what it makes of the database. */
const reference = async (each: OperationCall, headers: Readonly<Record<string, string>> = KEY) => {
  await putBack(env.DB, before);
  const { app, fail, calls } = start();
  fail(undefined);
  const answer = await make(app, world, each, headers);
  const count = calls();
  await app.settled();
  return { answer, count, after: gistOf(await takeSnapshot(env.DB)) };
};

const KEY = { 'Idempotency-Key': 'once' };
const OTHER_KEY = { 'Idempotency-Key': 'twice' };

/** Where the first call was carried out and its answer is lost: 409, which two families say in their own way. */
const LOST =
  /IDEMPOTENCY_ANSWER_LOST|IDEMPOTENCY_RUNNING|its answer was lost|still running|_ERROR$|QUESTION_DECIDED/;

/** The call; a stream that breaks off is an answer too, which nobody takes for a whole one. */
const attempt = async (...args: Parameters<typeof make>): Promise<Answer | 'broken off'> => {
  try {
    return await make(...args);
  } catch (error) {
    if (error instanceof Error && /^D1_ERROR/.test(error.message)) return 'broken off';
    throw error;
  }
};

/** What differs, and nothing else: of whole databases nobody can read more. */
const diffOf = (found: readonly string[], wanted: readonly string[]) => ({
  more: found.filter((row) => !wanted.includes(row)),
  less: wanted.filter((row) => !found.includes(row)),
  rows: found.length - wanted.length,
});
const SAME = { more: [], less: [], rows: 0 };

/** One failure, and what the caller does then. Throws what is wrong. */
const endure = async (
  each: OperationCall,
  failing: Failing,
  right: { answer: Answer; after: readonly string[] },
  headers: Readonly<Record<string, string>>,
): Promise<void> => {
  await putBack(env.DB, before);
  const { app, fail } = start();
  fail({ ...failing });
  const first = await attempt(app, world, each, headers);
  await app.settled();
  fail(undefined);
  expect(app.logs.filter(isDefect), 'no defect').toEqual([]);
  const isAnswered = first !== 'broken off' && first.status === right.answer.status;
  if (first !== 'broken off' && !isAnswered) {
    if (first.status === 503) expect(Number(first.headers.get('Retry-After'))).toBeGreaterThan(0);
    else expect(first.text, 'the first answer').toMatch(LOST);
  }
  const between = gistOf(await takeSnapshot(env.DB));
  const untouched = diffOf(between, gistOf(before));
  const done = diffOf(between, right.after);
  if (isAnswered) expect(done, 'what an answer promises').toEqual(SAME);
  // A late call is noted first. What it means is worked out then, by the next call.
  if (!each.call.isNotedFirst) {
    expect([JSON.stringify(untouched), JSON.stringify(done)], 'not half-written').toContain(
      JSON.stringify(SAME),
    );
  }
  app.clock.advance(2 * MINUTE);
  // What goes on where it was cut off needs a new key: the old one tells only that its answer is lost.
  const again = each.call.isNotedFirst && first !== 'broken off' && !isAnswered ? OTHER_KEY : headers;
  const second = await make(app, world, each, again);
  await app.settled();
  expect(app.logs.filter(isDefect), 'no defect').toEqual([]);
  if (second.status !== right.answer.status) expect(second.text, 'the second answer').toMatch(LOST);
  expect(diffOf(gistOf(await takeSnapshot(env.DB)), right.after), 'not doubled').toEqual(SAME);
};

const counted = async (work: () => Promise<void>): Promise<void> => {
  tally.tried += 1;
  try {
    await work();
  } catch (error) {
    tally.failed += 1;
    throw error;
  }
};

describe.each(operations.map(({ operationId }) => operationId))('%s', (operationId) => {
  const cases = () => callsOf(world).filter(({ name }) => name.split(',')[0] === operationId);

  it('survives a lost connection at each call to D1, before it and after it', async () => {
    for (const each of cases()) {
      const right = await reference(each);
      expect(right.answer.status, `${each.name}: ${right.answer.text}`).toBeLessThan(300);
      for (let at = 1; at <= right.count; at++) {
        for (const when of ['before', 'after'] as const) {
          await counted(() =>
            endure(each, { at, when, error: NETWORK_LOST }, right, KEY).catch((error) => {
              error.message = `${each.name}, ${when} call ${at} of ${right.count}: ${error.message}`;
              throw error;
            }),
          );
        }
      }
    }
  });

  it('survives anything else that D1 says', async () => {
    for (const each of cases().slice(0, 1)) {
      const right = await reference(each);
      for (const [index, error] of TEXTS.entries()) {
        const at = 1 + (index % Math.max(right.count, 1));
        for (const when of ['before', 'after'] as const) {
          // What nothing was done for does not fail after it.
          if (when === 'after' && /overloaded|maximum|limit\.$|starting up|resolve/.test(error)) continue;
          await counted(() => endure(each, { at, when, error }, right, KEY));
        }
      }
    }
  });
});

/** What game servers call, and lose where they get no answer: the Worker tries it again by itself. */
const REPEATED = [
  'recordActivity',
  'resetServer',
  'recordHeartbeat',
  'applyRoster',
  'startStopActivityV1',
  'serverStartV1',
];

/** An answer without what two runs of a call differ in; of those that tell what they changed, not that. */
const bare = ({ status, text }: Answer, operationId: string) =>
  ['applyRoster', 'recordHeartbeat'].includes(operationId)
    ? status
    : [status, text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')];

it.each(REPEATED)('%s needs no Idempotency-Key: a lost connection shows in nothing', async (operationId) => {
  for (const each of callsOf(world).filter(({ name }) => name.split(',')[0] === operationId)) {
    const right = await reference(each, {});
    for (let at = 1; at <= right.count; at++) {
      for (const when of ['before', 'after'] as const) {
        await counted(async () => {
          await putBack(env.DB, before);
          const { app, fail } = start();
          fail({ at, when, error: NETWORK_LOST });
          const answer = await make(app, world, each);
          await app.settled();
          const rows = diffOf(gistOf(await takeSnapshot(env.DB)), right.after);
          expect(
            { answer: bare(answer, operationId), rows },
            `${each.name}, ${when} call ${at} of ${right.count}`,
          ).toEqual({ answer: bare(right.answer, operationId), rows: SAME });
        });
      }
    }
  }
});
