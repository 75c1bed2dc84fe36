/**
 * `npm start [-- arguments of wrangler dev]`: all of Rollcall on this machine. Writes .dev.vars, applies the migrations,
 * puts a demo community into a new database, serves through `wrangler dev`, and fires the scheduled trigger on time.
 */
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Cron } from 'croner';
import { unstable_readConfig as readConfig } from 'wrangler';
import { buildDocs } from './build-docs.ts';
import { prepareDatabase } from './local/database.ts';
import { ensureDevVars } from './local/dev-vars.ts';
import { type DevServer, QUIET, startWranglerDev } from './local/wrangler.ts';

const args = process.argv.slice(2);
const { values } = parseArgs({
  args,
  strict: false,
  options: { port: { type: 'string' }, ip: { type: 'string' }, 'persist-to': { type: 'string' } },
});
const port = Number(values.port ?? 50_809);
const ip = String(values.ip ?? '127.0.0.1');
const persistTo = resolve(String(values['persist-to'] ?? '.wrangler/state'));
const url = `http://${['127.0.0.1', '0.0.0.0'].includes(ip) ? 'localhost' : ip}:${port}`;

const main = async (): Promise<number> => {
  Object.assign(process.env, QUIET);
  await assertPortIsFree();
  ensureDevVars('.dev.vars');
  buildDocs();
  const demoKey = await prepareDatabase(persistTo);
  const server = startWranglerDev([
    ...(values.port ? [] : [`--port=${port}`]),
    ...(values.ip ? [] : [`--ip=${ip}`]),
    ...(values['persist-to'] ? [] : [`--persist-to=${persistTo}`]),
    ...args,
  ]);
  const isStopping = stopOnSignal(server);
  const crons = server.ready.then(async () => {
    const health = await fetch(`${url}/healthz`);
    server.show();
    if (!health.ok) console.error(`${url}/healthz answers ${health.status}.`);
    console.log(banner(demoKey));
    return startCrons();
  });
  crons.catch((error: unknown) => {
    console.error(error);
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
      throw error.code === 'EADDRINUSE'
        ? `Port ${port} is in use by another program. Choose another one: npm start -- --port ${port + 1}`
        : error;
    },
  );
  await new Promise((closed) => probe.close(closed));
};

/** Passes the first signal on to the server. Tells whether there was one. */
const stopOnSignal = (server: DevServer): (() => boolean) => {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      isStopping = true;
      server.stop();
    });
  }
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

const banner = (demoKey: string | undefined): string => `
Rollcall runs on this machine. Stop it with Ctrl-C.

  Home      ${url}
  API docs  ${url}/docs
  OpenAPI   ${url}/openapi.json
  Demo key  ${demoKey ?? `revoked; delete ${persistTo} to start anew`}
  Operator  ADMIN_TOKEN in .dev.vars opens ${url}/admin/communities
${
  demoKey
    ? `
Start a session:

  curl ${url}/v2/community/servers/1/activity \\
    -H 'Authorization: Bearer ${demoKey}' \\
    -d '{"accId":"00000000-0000-0000-0000-000000000000","forceStart":true}'
`
    : ''
}`;

process.exitCode = await main().catch((error: unknown) => {
  console.error(typeof error === 'string' ? error : error instanceof Error ? error.message : error);
  return 1;
});
