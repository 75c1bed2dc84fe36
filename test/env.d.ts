import type { D1Migration } from '@cloudflare/vitest-plugin';
import type { Env } from '../src/env.ts';

declare global {
  namespace Cloudflare {
    interface Env extends AppBindings {
      readonly TEST_MIGRATIONS: D1Migration[];
      /** Empty: see test/places.ts. */
      readonly SECOND_DB: D1Database;
    }
  }
}
type AppBindings = Env;
