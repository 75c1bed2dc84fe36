/** Rollcall as it is deployed, on a database that counts. */
import { createApp } from '../src/app.ts';
import { createServices } from '../src/deps.ts';
import type { Env } from '../src/env.ts';
import { control, meteredDatabase } from './metered-database.ts';

let app: ReturnType<typeof createApp> | undefined;

export default {
  fetch: (request, env, ctx) => {
    app ??= createApp(createServices({ ...env, DB: meteredDatabase(env.DB) }));
    return control(request) ?? app.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<Env>;
