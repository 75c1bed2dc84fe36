import '../src/docs/with-docs.ts';
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { fetchLoopback } from './loopback-only.ts';

globalThis.fetch = fetchLoopback;
// Once for each database: what it has already is not applied again.
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
