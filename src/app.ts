import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { HonoBase } from 'hono/hono-base';
import { families } from './api/index.ts';
import { answer, answerJson } from './api/kit/answer.ts';
import { addFamily, dialectOf } from './api/kit/family.ts';
import { Fault } from './api/kit/fault.ts';
import { learnLanguage } from './api/kit/learn-language.ts';
import type { AppEnv } from './api/kit/operation.ts';
import { problemDialect } from './api/kit/problem.ts';
import { RememberingRouter } from './api/kit/router.ts';
import type { Services } from './core/context.ts';
import { pingDatabase } from './db/client.ts';

const crossOrigin = cors({ origin: '*', maxAge: 86_400 });

/** Answers a browser that asks whether its page may call. Nobody else's OPTIONS is any of this. */
const preflight: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.header('Origin') === undefined) return next();
  const permission = await crossOrigin(c, next);
  return permission && answer(c, null, permission.status, Object.fromEntries(permission.headers));
};

/** For so long an answer of the database stands for the next ones: anybody may ask, as often as he likes. */
const HEALTH_MS = 5_000;

/** The places whose database does not answer, as of at most five seconds ago. */
const unavailableOf = ({ places, clock }: Services): (() => Promise<readonly number[]>) => {
  let unavailable: readonly number[] = [];
  let askedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now();
    if (now < askedAt || now >= askedAt + HEALTH_MS) {
      const answers = await Promise.allSettled(places.map(pingDatabase));
      unavailable = answers.flatMap(({ status }, place) => (status === 'rejected' ? place : []));
      askedAt = now;
    }
    return unavailable;
  };
};

/** The HTTP side of the Worker: every family, and what all families have in common. */
export const createApp = (services: Services): HonoBase<AppEnv> => {
  const app = new HonoBase<AppEnv>({ router: new RememberingRouter() });
  app.options('*', preflight);
  for (const family of families) addFamily(app, family, services);

  const unavailable = unavailableOf(services);
  app.get('/healthz', async (c) => {
    const places = await unavailable();
    if (places.length === 0) return answerJson(c, { status: 'ok' }, 200);
    if (places.length === services.places.length) return answerJson(c, { status: 'unavailable' }, 503);
    // Most communities are well: a 503 would tell a balancer that none is.
    return answerJson(c, { status: 'degraded', unavailable: places }, 200);
  });
  app.notFound(async (c) => {
    await learnLanguage(c, services);
    return (dialectOf(families, c.req.path) ?? problemDialect).failure(c, new Fault('route_not_found'));
  });
  return app;
};
