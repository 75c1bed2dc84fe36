/**
 * `npm start [-- arguments of wrangler dev]`: all of Rollcall on this machine. Writes .dev.vars, applies the migrations,
 * puts a demo community into a new database, serves through `wrangler dev`, and fires the scheduled trigger on time.
 */
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Cron } from 'croner';
import { unstable_readConfig as readConfig } from 'wrangler';
import { buildConsole } from './build-console.ts';
import { buildDocs } from './build-docs.ts';
import { bannerLines } from './local/banner.ts';
import { prepareDatabase } from './local/database.ts';
import type { Demo } from './local/demo.ts';
import { ensureDevVars } from './local/dev-vars.ts';
import { type Lock, lockDirectory } from './local/lock.ts';
import { watchNpm } from './local/parent.ts';
import { type DevServer, QUIET, startWranglerDev } from './local/wrangler.ts';

const args = process.argv.slice(2);
const { values } = parseArgs({
  args,
  strict: false,
  options: {
    port: { type: 'string' },
    ip: { type: 'string' },
    env: { type: 'string', short: 'e' },
    'persist-to': { type: 'string' },
  },
});
const port = Number(values.port ?? 50_809);
const ip = String(values.ip ?? '127.0.0.1');
const persistTo = resolve(String(values['persist-to'] ?? '.wrangler/state'));
const url = `http://${['127.0.0.1', '0.0.0.0'].includes(ip) ? 'localhost' : ip}:${port}`;

const main = async (): Promise<number> => {
  Object.assign(process.env, QUIET);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw `The port must be a number from 1 to 65535, not "${values.port}".`;
  }
  const lock = await lockDirectory(persistTo, port);
  try {
    await assertPortIsFree();
    ensureDevVars('.dev.vars');
    buildDocs();
    await buildConsole();
    return await serve(lock, await prepareDatabase(persistTo));
  } finally {
    lock.release();
  }
};

const serve = async (lock: Lock, demo: Demo): Promise<number> => {
  const server = startWranglerDev([
    // The settings of the top level, and no warning that there are others.
    ...(values.env === undefined ? ['--env='] : []),
    ...(values.port ? [] : [`--port=${port}`]),
    ...(values.ip ? [] : [`--ip=${ip}`]),
    ...(values['persist-to'] ? [] : [`--persist-to=${persistTo}`]),
    ...args,
  ]);
  if (server.pid !== undefined) lock.noteGuardian(server.pid);
  const isStopping = stopOnSignal(server);
  const crons = server.ready.then(async () => {
    const health = await fetch(`${url}/healthz`);
    const hasConsole = (await fetch(`${url}/console/`)).ok;
    server.show();
    if (!health.ok) console.error(`${url}/healthz answers ${health.status}.`);
    console.log(bannerLines({ url, persistTo, demo, hasConsole }).join('\n'));
    return startCrons();
  });
  crons.catch((error: unknown) => {
    if (!isStopping()) console.error(error);
    server.stop();
  });
  const code = await server.ended;
  for (const cron of await crons.catch(() => [])) cron.stop();
  if (isStopping()) return 0;
  console.error(`wrangler dev ended by itself, with code ${code}.`);
  return code || 1;
};

const assertPortIsFree = async (): Promise<void> => {
  const probe = createServer();
  await new Promise<void>((free, taken) => probe.once('error', taken).listen(port, ip, free)).catch(
    (error: NodeJS.ErrnoException) => {
      switch (error.code) {
        case 'EADDRINUSE':
          throw `Port ${port} is in use by another program. Choose another one: npm start -- --port ${port + 1}`;
        case 'EACCES':
          throw `Port ${port} needs rights that you have not got. Choose one above 1023: npm start -- --port 50809`;
        case 'EADDRNOTAVAIL':
          throw `${ip} is no address of this machine. Leave --ip out, or give one that is.`;
        default:
          throw error;
      }
    },
  );
  await new Promise((closed) => probe.close(closed));
};

/** Ends the server at the first signal, and where npm is gone. Tells whether it is so. */
const stopOnSignal = (server: DevServer): (() => boolean) => {
  let isStopping = false;
  const stop = () => {
    isStopping = true;
    server.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  watchNpm(stop);
  return () => isStopping;
};

/** wrangler dev fires no cron: does it at the times of wrangler.toml, in UTC, as Cloudflare does. */
const startCrons = (): Cron[] => {
  const { crons } = readConfig({ config: 'wrangler.toml' }).triggers;
  return (crons ?? []).map(
    (cron: string) =>
      new Cron(cron, { timezone: 'UTC' }, (self: Cron) => fire(cron, self.currentRun() ?? new Date())),
  );
};

const fire = async (cron: string, at: Date): Promise<void> => {
  const time = Math.floor(at.getTime() / 60_000) * 60_000;
  const query = new URLSearchParams({ cron, time: String(time) });
  try {
    const { ok, status } = await fetch(`${url}/cdn-cgi/handler/scheduled?${query}`);
    if (!ok) console.error(`The scheduled trigger ${cron} failed with ${status}.`);
  } catch (error) {
    console.error(`The scheduled trigger ${cron} could not be fired: ${String(error)}`);
  }
};

process.exitCode = await main().catch((error: unknown) => {
  console.error(typeof error === 'string' ? error : error instanceof Error ? error.message : error);
  return 1;
});
