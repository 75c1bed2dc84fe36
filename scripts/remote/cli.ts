import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QUIET } from '../local/wrangler.ts';

/** How a wrangler command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** Both streams, in the order they came, for people. */
  readonly text: string;
}

/** Runs wrangler commands that reach the account. A test has its own. */
export interface Cli {
  /** Runs a command to its end. `show`: prints what it prints. Never throws for a command that fails. */
  run(
    args: readonly string[],
    options?: { readonly show?: boolean; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Outcome>;
}

const WRANGLER = join(
  dirname(fileURLToPath(import.meta.resolve('wrangler/package.json'))),
  'bin/wrangler.js',
);

/** The installed wrangler, or the script that `program` names in its place. */
export const wranglerCli = (program = process.env.ROLLCALL_WRANGLER ?? WRANGLER): Cli => ({
  run: (args, { show = false, env = {} } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...args], {
        // Without a terminal it asks nothing: an answer nobody gives must not hold a deployment up.
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...QUIET, WRANGLER_LOG: 'log', NO_COLOR: '1', FORCE_COLOR: '0', ...env },
      });
      let stdout = '';
      let text = '';
      const take = (chunk: string, isStdout: boolean) => {
        if (isStdout) stdout += chunk;
        text += chunk;
        if (show) process.stdout.write(chunk);
      };
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => take(chunk, true));
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => take(chunk, false));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? 1, stdout, text }));
    }),
});

const LOGIN =
  'You are not logged in at Cloudflare: npx wrangler login. (A build machine needs CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.)';

/** Runs a command that has to succeed. @throws a text with its output, where it fails */
export const runOrFail = async (
  cli: Cli,
  args: readonly string[],
  options?: Parameters<Cli['run']>[1],
): Promise<Outcome> => {
  const outcome = await cli.run(args, options);
  // What it says there leads people astray: it sees no terminal, and so offers no login.
  if (outcome.code !== 0 && outcome.text.includes('CLOUDFLARE_API_TOKEN')) throw LOGIN;
  if (outcome.code !== 0) throw `wrangler ${args.join(' ')} failed:\n${outcome.text.trim()}`;
  return outcome;
};

/** What a command with `--json` printed. @throws a text, where it is none */
export const parseJson = <T>(outcome: Outcome, args: readonly string[]): T => {
  const start = outcome.stdout.search(/^[[{]/m);
  try {
    if (start >= 0) return JSON.parse(outcome.stdout.slice(start));
  } catch {
    // Said below.
  }
  throw `wrangler ${args.join(' ')} printed no JSON:\n${outcome.text.trim()}`;
};
