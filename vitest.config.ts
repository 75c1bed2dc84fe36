import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => {
  const isFull = mode === 'full';
  return {
    plugins: [
      cloudflareTest(async () => ({
        wrangler: { configPath: './wrangler.toml' },
        miniflare: {
          bindings: {
            TEST_MIGRATIONS: await readD1Migrations('drizzle'),
            ADMIN_TOKEN: 'test-admin-token-000000000000000000000000',
            TOKEN_SECRET: 'test-token-secret-00000000000000000000000',
            // What a developer's own .dev.vars says must not reach the tests.
            ANONYMOUS_COMMUNITY: '',
            WEBHOOK_ALLOW_PRIVATE: '',
          },
        },
      })),
    ],
    // No test asserts a time: a busy machine only makes it wait.
    test: {
      // Only what lies there asks for the scale: the rest is the same in full.
      include: isFull ? ['test/{scale,properties}/**/*.test.ts'] : ['test/**/*.test.ts'],
      // On Node: vitest.node.config.ts.
      exclude: ['test/scripts/**'],
      provide: { scale: isFull ? 'full' : 'small' },
      globalSetup: ['test/loopback-receiver.ts'],
      setupFiles: ['test/setup.ts'],
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  };
});
