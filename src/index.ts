import type { Hono } from 'hono';
import type { AppEnv } from './api/kit/operation.ts';
import { createApp } from './app.ts';
import type { Services } from './core/context.ts';
import { createServices } from './deps.ts';
import type { Env } from './env.ts';
import { runJobs } from './jobs/index.ts';

let isolate: { readonly services: Services; readonly app: Hono<AppEnv> } | undefined;

/** What this isolate keeps between calls: the checked configuration, the routes and the credential cache. */
const start = (env: Env) => {
  if (!isolate) {
    const services = createServices(env);
    isolate = { services, app: createApp(services) };
  }
  return isolate;
};

export default {
  fetch: (request, env, ctx) => start(env).app.fetch(request, env, ctx),
  scheduled: (controller, env) => runJobs(start(env).services, controller),
} satisfies ExportedHandler<Env>;
