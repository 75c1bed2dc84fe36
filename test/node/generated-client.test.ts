/**
 * A client that openapi-typescript generates from the document, against `npm start`: it compiles under --strict, and
 * starts and stops a session. Its tools come from the registry, with a TypeScript of their own. A part of `npm run test:scale`.
 */
import '../../src/docs/with-docs.ts';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const STARTED_WITHIN_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'rollcall-client-'));
let starter: ChildProcess;
let port = 0;
let key = '';

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const found = (probe.address() as AddressInfo).port;
  probe.close();
  await once(probe, 'close');
  return found;
};

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 120_000 });

beforeAll(async () => {
  port = await freePort();
  starter = spawn('npm', ['start', '--', '--port', String(port), '--persist-to', join(folder, 'state')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const banner = Promise.withResolvers<string>();
  let output = '';
  for (const stream of [starter.stdout, starter.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [, printed] = /export KEY=['"]?(\S+?)['"]?\s/.exec(output) ?? [];
      if (printed) banner.resolve(printed);
    });
  }
  starter.on('exit', (code) => banner.reject(new Error(`npm start ended with ${code}:\n${output}`)));
  const late = setTimeout(() => banner.reject(new Error(`no key:\n${output}`)), STARTED_WITHIN_MS);
  key = await banner.promise.finally(() => clearTimeout(late));

  cpSync(join(ROOT, 'test/generated-client'), folder, { recursive: true });
  const { families } = await import('../../src/api/index.ts');
  const { buildOpenApi } = await import('../../src/docs/openapi.ts');
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(buildOpenApi(families, '0.0.0')));
  run('npm', 'install', '--no-audit', '--no-fund', '--no-package-lock');
}, 300_000);

afterAll(async () => {
  try {
    process.kill(-(starter.pid ?? 0), 'SIGTERM');
    await once(starter, 'exit', { signal: AbortSignal.timeout(30_000) });
  } catch {
    // It is gone already.
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}, 40_000);

describe('a generated client', () => {
  it('compiles under --strict, and starts and stops a session', () => {
    run('node_modules/.bin/openapi-typescript', 'openapi.json', '-o', 'schema.d.ts');
    run('node_modules/.bin/tsc', '-p', '.', '--strict');
    const told = run('node', 'out/start-and-stop.js', `http://127.0.0.1:${port}`, key);
    expect(JSON.parse(told)).toEqual({
      isStarted: true,
      isStopped: true,
      entries: true,
      refused: 'VALIDATION_FAILED',
    });
  });
});
