import { availableParallelism } from 'node:os';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/node/longest-first.ts';

/** Budgets, simulations and rules over random calls: what is done in small or in full (test/scale.ts). */
const SCALED = ['test/{scale,properties}/**/*.test.ts'];
/** What waits a minute for the real clock runs in full only. */
const WAITING = ['test/scale/drain.test.ts'];
/**
 * Tests that look at a whole database, or fill it: each file has one of its own, in a process of its own. The others
 * make communities of their own and look at nothing else, so they share a process and its migrated database.
 */
const OWN_DATABASE = [
  ...SCALED,
  'test/jobs/**/*.test.ts',
  'test/core/places.test.ts',
  'test/core/account-activity/*.test.ts',
  'test/core/webhooks/{delivery,drain,events,late-calls,robustness,sockets,stale}.test.ts',
];
/** What starts programs of its own, and so runs on Node. The browser and the faults have scripts of their own. */
const ON_NODE = ['test/{node,browser,faults,scripts}/**'];

export default defineConfig(({ mode }) => {
  const isFull = mode === 'full';
  const isFaults = mode === 'faults';
  const onWorkers = () =>
    cloudflareTest(async () => ({
      wrangler: { configPath: './wrangler.toml' },
      miniflare: {
        // For tests with two databases (test/places.ts). Not DB_1: the others shall have one.
        d1Databases: { SECOND_DB: 'second' },
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations('drizzle'),
          ADMIN_TOKEN: 'test-admin-token-000000000000000000000000',
          TOKEN_SECRET: 'test-token-secret-00000000000000000000000',
          // What a developer's own .dev.vars says must not reach the tests.
          ANONYMOUS_COMMUNITY: '',
          WEBHOOK_ALLOW_PRIVATE: '',
        },
      },
    }));
  const common = {
    provide: {
      scale: isFull ? ('full' as const) : ('small' as const),
      seed: Number(process.env.SEED ?? 20_261_126),
    },
    globalSetup: ['test/node/loopback-receiver.ts'],
    setupFiles: ['test/setup.ts'],
    // No test asserts a time: a busy machine only makes it wait.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  };
  return {
    test: {
      // Vitest would leave a core idle, and so do files that wait for a program or a socket.
      maxWorkers: Math.max(2, availableParallelism()) + 1,
      sequence: { sequencer: LongestFirst },
      projects: [
        {
          plugins: [onWorkers()],
          test: {
            ...common,
            name: 'own',
            include: isFaults ? ['test/faults/**/*.test.ts'] : isFull ? SCALED : OWN_DATABASE,
            exclude: isFull ? [] : WAITING,
          },
        },
        {
          plugins: [onWorkers()],
          test: {
            ...common,
            name: 'shared',
            isolate: false,
            include: isFull || isFaults ? [] : ['test/**/*.test.ts'],
            exclude: [...OWN_DATABASE, ...ON_NODE],
          },
        },
        {
          test: {
            name: 'node',
            provide: { scale: common.provide.scale },
            include: isFaults ? [] : isFull ? ['test/node/**/*.test.ts'] : ['test/scripts/**/*.test.ts'],
            testTimeout: 180_000,
            hookTimeout: 180_000,
          },
        },
      ],
    },
  };
});
