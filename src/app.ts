import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { languageDetector } from 'hono/language';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { families } from './api/index.ts';
import { familyApp } from './api/kit/family.ts';
import { Fault } from './api/kit/fault.ts';
import { LANGUAGES } from './api/kit/messages.ts';
import type { AppEnv } from './api/kit/operation.ts';
import { problemDialect } from './api/kit/problem.ts';
import type { Services } from './core/context.ts';
import { pingDatabase } from './db/client.ts';

/** The HTTP side of the Worker: every family, and what all families have in common. */
export const createApp = (services: Services): Hono<AppEnv> => {
  const app = new Hono<AppEnv>();
  const crossOrigin = cors({
    origin: '*',
    exposeHeaders: ['Link', 'Retry-After', 'X-Request-Id'],
    maxAge: 86_400,
  });
  app.use(
    requestId(),
    secureHeaders(),
    // Only a browser says where it comes from; for everybody else the headers would cost two more responses.
    (c, next) => (c.req.header('Origin') === undefined ? next() : crossOrigin(c, next)),
    languageDetector({
      order: ['header'],
      supportedLanguages: [...LANGUAGES],
      fallbackLanguage: 'en',
      caches: false,
    }),
    async (c, next) => {
      c.set('services', services);
      await next();
    },
  );
  for (const family of families) app.route('/', familyApp(family));

  app.get('/healthz', async (c) => {
    try {
      await pingDatabase(services.db);
      return c.json({ status: 'ok' });
    } catch {
      return c.json({ status: 'unavailable' }, 503);
    }
  });
  app.notFound((c) => problemDialect.failure(c, new Fault('route_not_found')));
  return app;
};
