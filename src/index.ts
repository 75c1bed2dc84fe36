import type { HonoBase } from 'hono/hono-base';
import type { AppEnv } from './api/kit/operation.ts';
import { createApp } from './app.ts';
import type { Services } from './core/context.ts';
import { createServices } from './deps.ts';
import type { Env } from './env.ts';
import { runJobs } from './jobs/index.ts';
import { consoleLog } from './lib/log.ts';

interface Isolate {
  readonly services: Services;
  readonly app: HonoBase<AppEnv>;
}

let isolate: Isolate | undefined;

/** What this isolate keeps between calls: the checked configuration, the routes and the credential cache. */
const start = (env: Env): Isolate => {
  if (!isolate) {
    const services = createServices(env);
    isolate = { services, app: createApp(services) };
  }
  return isolate;
};

/** A misconfigured Worker answers 503, and its log says what to set. */
const misconfigured = (error: unknown): Response => {
  const requestId = crypto.randomUUID();
  consoleLog('misconfigured', { requestId, error: error instanceof Error ? error.message : String(error) });
  return Response.json(
    { title: 'Unavailable', status: 503, code: 'UNAVAILABLE', requestId },
    { status: 503, headers: { 'Content-Type': 'application/problem+json', 'X-Request-Id': requestId } },
  );
};

export default {
  fetch: (request, env, ctx) => {
    let app: Isolate['app'];
    try {
      app = start(env).app;
    } catch (error) {
      return misconfigured(error);
    }
    return app.fetch(request, env, ctx);
  },
  scheduled: (controller, env) => runJobs(start(env).services, controller),
} satisfies ExportedHandler<Env>;
