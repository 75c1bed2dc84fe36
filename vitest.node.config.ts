import { defineConfig } from 'vitest/config';

/** The tests of what runs on Node: scripts/. All others run in workerd (vitest.config.ts). */
export default defineConfig({
  test: {
    include: ['test/scripts/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
