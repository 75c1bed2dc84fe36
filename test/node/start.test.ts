/**
 * `npm start`, and each page of the docs pasted into a shell beside it: all of its blocks that begin with ```sh run, one
 * after the other, with `KEY` as the start printed it. A part of `npm run test:scale`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const STARTED_WITHIN_MS = 120_000;
const ENDED_WITHIN_MS = 30_000;
const PAGE_WITHIN_MS = 60_000;

const scratch = mkdtempSync(join(tmpdir(), 'rollcall-start-'));
let port = 0;
let receiverPort = 0;
let key = '';
let starter: ChildProcess;
let output = '';

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
};

/** Whether the starter's whole group has ended within so many milliseconds. */
const endsWithin = async (ms: number): Promise<boolean> => {
  if (starter.exitCode !== null || starter.signalCode !== null) return true;
  const timeout = AbortSignal.timeout(ms);
  return once(starter, 'exit', { signal: timeout }).then(
    () => true,
    () => false,
  );
};

const signal = (name: NodeJS.Signals): void => {
  try {
    process.kill(-(starter.pid ?? 0), name);
  } catch {
    // It is gone already.
  }
};

beforeAll(async () => {
  port = await freePort();
  receiverPort = await freePort();
  starter = spawn('npm', ['start', '--', '--port', String(port), '--persist-to', join(scratch, 'state')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const banner = Promise.withResolvers<string>();
  for (const stream of [starter.stdout, starter.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [, printed] = /export KEY=['"]?(\S+?)['"]?\s/.exec(output) ?? [];
      if (printed) banner.resolve(printed);
    });
  }
  starter.on('exit', (code) => banner.reject(new Error(`npm start ended with ${code}:\n${output}`)));
  const late = setTimeout(
    () => banner.reject(new Error(`npm start printed no export KEY=...:\n${output}`)),
    STARTED_WITHIN_MS,
  );
  key = await banner.promise.finally(() => clearTimeout(late));
  installCurl();
}, STARTED_WITHIN_MS + 10_000);

afterAll(async () => {
  signal('SIGTERM');
  if (!(await endsWithin(ENDED_WITHIN_MS))) signal('SIGKILL');
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}, ENDED_WITHIN_MS + 10_000);

/** Puts a `curl` before the real one that also notes each call's status, under the comment that stands above it. */
const installCurl = (): void => {
  const path = join(scratch, 'curl');
  writeFileSync(
    path,
    `#!/usr/bin/env bash
PATH=\${PATH#*${delimiter}}
status=$(mktemp)
curl --silent --show-error --max-time 20 -w "%{stderr}\\n@@%{http_code} %{method} %{url_effective}\\n" "$@" 2>"$status"
code=$?
grep -v '^@@' "$status" >&2
printf '%s\\t%s\\t%s\\n' "$code" "$(grep '^@@' "$status" | tail -n 1 | cut -c3-)" "$COMMENT" >>"$CALLS"
rm -f "$status"
exit "$code"
`,
  );
  chmodSync(path, 0o755);
};

const blocksOf = (page: string): string[] =>
  [...page.matchAll(/^```sh run\n(.*?)^```$/gms)].map(([, block = '']) => block);

/** The blocks as they are, but at our ports, and with each comment in a variable for the calls below it. */
const scriptOf = (blocks: readonly string[]): string =>
  blocks
    .flatMap((block) => ['COMMENT=', ...block.split('\n')])
    .map((line) => (line.startsWith('# ') ? `COMMENT='${line.slice(2).replaceAll("'", "'\\''")}'` : line))
    .join('\n')
    .replaceAll('localhost:50809', `localhost:${port}`)
    .replaceAll('localhost:4000', `localhost:${receiverPort}`)
    .replaceAll('listen(4000)', `listen(${receiverPort})`);

interface Call {
  readonly curlCode: number;
  readonly status: number;
  readonly what: string;
  readonly comment: string;
}

const paste = async (name: string, blocks: readonly string[]) => {
  const calls = join(scratch, `${name.replaceAll('/', '-')}.calls`);
  const { stdout, stderr } = await promisify(execFile)(
    'bash',
    ['-c', `export COMMENT\n${scriptOf(blocks)}\necho; echo THE END`],
    {
      cwd: ROOT,
      timeout: PAGE_WITHIN_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 2 ** 20,
      env: { ...process.env, PATH: `${scratch}${delimiter}${process.env.PATH}`, KEY: key, CALLS: calls },
    },
  );
  const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : [];
  return {
    stdout,
    stderr,
    calls: lines.map((line): Call => {
      const [curlCode = '', call = '', comment = ''] = line.split('\t');
      const [status = '', ...what] = call.split(' ');
      return { curlCode: Number(curlCode), status: Number(status), what: what.join(' '), comment };
    }),
  };
};

/** A comment that names an error's status says that the calls below it answer that. */
const isExpected = ({ status, comment }: Call): boolean => {
  const [, error] = /\b(4\d\d)\b/.exec(comment) ?? [];
  return error ? status === Number(error) : status >= 200 && status < 300;
};

const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, blocks: blocksOf(readFileSync(join(ROOT, name), 'utf8')) }))
  .filter(({ blocks }) => blocks.length > 0);

describe('npm start', () => {
  it('serves, and says where', async () => {
    expect(output).toMatch(new RegExp(`http://localhost:${port}\\b`));
    expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200);
    const settings = await fetch(`http://localhost:${port}/v2/community/settings`, {
      headers: { Authorization: `Bearer ${key}` },
    });
    expect(settings.status).toBe(200);
  });

  it('has pages to paste', () => {
    expect(pages.map(({ name }) => name)).toContain('README.md');
    expect(pages.length).toBeGreaterThan(5);
  });

  for (const { name, blocks } of pages) {
    it(`${name}: each of its ${blocks.length} blocks works as it stands`, async () => {
      const { stdout, stderr, calls } = await paste(name, blocks);
      const wrong = calls.filter((call) => call.curlCode !== 0 || !isExpected(call));
      expect(wrong, `${stdout}\n${stderr}`).toEqual([]);
      expect(calls.length, stdout).toBeGreaterThan(0);
      expect(stdout).toMatch(/\nTHE END\n$/);
      expect(stderr).not.toMatch(/command not found|syntax error|unexpected/);
    });
  }

  it('ends when it is told to, and frees its port', async () => {
    const isServed = () =>
      fetch(`http://localhost:${port}/healthz`, { signal: AbortSignal.timeout(2000) }).then(
        () => true,
        () => false,
      );
    expect(await isServed()).toBe(true);
    signal('SIGTERM');
    expect(await endsWithin(ENDED_WITHIN_MS), output).toBe(true);
    const deadline = Date.now() + ENDED_WITHIN_MS;
    while ((await isServed()) && Date.now() < deadline) await new Promise((done) => setTimeout(done, 200));
    expect(await isServed()).toBe(false);
  });
});
