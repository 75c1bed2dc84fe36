import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const WRANGLER = join(
  dirname(fileURLToPath(import.meta.resolve('wrangler/package.json'))),
  'bin/wrangler.js',
);

const GUARDIAN = join(import.meta.dirname, 'guardian.ts');

/** Environment variables that keep wrangler from calling home and from telling what nobody asked. */
export const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_LOG: 'warn',
  WRANGLER_SEND_METRICS: 'false',
};

/** Runs a wrangler command to its end. @throws Error with its output, where it fails */
export const runWrangler = async (args: readonly string[]): Promise<void> => {
  try {
    await promisify(execFile)(process.execPath, [WRANGLER, ...args], { env: { ...process.env, ...QUIET } });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`wrangler ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
};

export interface DevServer {
  /** The process that ends the server; undefined where it could not be started. */
  readonly pid: number | undefined;
  /** Resolves when the Worker answers; rejects when wrangler ends before. */
  readonly ready: Promise<void>;
  /** Resolves when wrangler has ended, to its exit code. */
  readonly ended: Promise<number>;
  /** From now on shows what wrangler and the Worker print. */
  show(): void;
  /** Asks wrangler to end, and makes it after 5 s. */
  stop(): void;
}

/** What the start's own questions make wrangler print. */
const NOISE = /^GET \/(healthz 200|console\/ \d+) /;

/** Starts `wrangler dev`. Until `show` its output is held back; an error shows it at once. */
export const startWranglerDev = (args: readonly string[]): DevServer => {
  // In a process group of its own: Ctrl-C reaches only us, and `stop` reaches all of wrangler's processes. The guardian
  // at its head ends the group when this process is gone.
  const child = spawn(
    process.execPath,
    [GUARDIAN, WRANGLER, 'dev', '--show-interactive-dev-session=false', '--inspector-port=0', ...args],
    // At its own level `warn` it would hide what the Worker logs, too.
    {
      env: { ...process.env, ...QUIET, WRANGLER_LOG: 'log' },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    },
  );
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<number>();
  let held: string[] | undefined = [];

  const print = (line: string) => NOISE.test(line) || console.log(line);
  const flush = () => {
    const lines = held ?? [];
    held = undefined;
    lines.forEach(print);
  };
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (raw) => {
      const line = raw.replace(/^\[wrangler:info\] /, '');
      if (held) held.push(line);
      else print(line);
      if (line.startsWith('Ready on ')) ready.resolve();
      else if (line.includes('ERROR')) flush();
    });
  }
  child.on('error', ready.reject);
  // Where the guardian itself was killed, nobody else ends its group.
  child.on('exit', () => signalGroup(child, 'SIGKILL'));
  child.on('close', (code) => {
    flush();
    ready.reject(new Error('wrangler dev ended before it was ready.'));
    ended.resolve(code ?? 1);
  });
  return {
    pid: child.pid,
    ready: ready.promise,
    ended: ended.promise,
    show: () => {
      held &&= [];
      flush();
    },
    stop: () => {
      signalGroup(child, 'SIGTERM');
      setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000).unref();
    },
  };
};

const signalGroup = (
  { pid }: ChildProcessByStdio<Writable, Readable, Readable>,
  signal: NodeJS.Signals,
): void => {
  try {
    if (pid) process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
};
