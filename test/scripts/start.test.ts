import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { devVarsProblem } from '../../scripts/local/dev-vars.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SCRIPT = join(ROOT, 'scripts/start.ts');
const LONG = 'x'.repeat(32);

describe('a .dev.vars', () => {
  it.each([
    ['', /^sets nothing\. To go on, delete the file/],
    ['# nothing\n\n', /^sets nothing/],
    [
      `ADMIN_TOKEN=${LONG}\nhello world`,
      /^is broken: line 2 is not NAME=value\. Correct that line, or delete/,
    ],
    [
      'ADMIN_TOKEN=short',
      /^cannot be used: ADMIN_TOKEN has 5 characters and needs 32\. Set it to the output of/,
    ],
    [`ADMIN_TOKEN=replace-me-${LONG}`, /ADMIN_TOKEN is still the placeholder of the example/],
    [`TOKEN_SECRET=${LONG}`, /ADMIN_TOKEN is missing/],
    [`ADMIN_TOKEN=${LONG}\nTOKEN_SECRET=short`, /TOKEN_SECRET has 5 characters/],
  ])('%j is refused', (text, problem) => {
    expect(devVarsProblem(text)).toMatch(problem);
    expect(devVarsProblem(text)).not.toContain('wrangler secret put');
  });

  it.each([
    `ADMIN_TOKEN=${LONG}`,
    `# ours\r\nADMIN_TOKEN="${LONG}" # quoted\r\nTOKEN_SECRET='${LONG}'\r\n`,
    `export ADMIN_TOKEN=${LONG}\nNOTE="two\nlines"\nTOKEN_SECRET=\n`,
  ])('%j is fine', (text) => {
    expect(devVarsProblem(text)).toBeUndefined();
  });
});

describe('npm start', () => {
  // A checkout of its own, so that the developer's .dev.vars and data are nobody's business.
  const checkout = mkdtempSync(join(tmpdir(), 'rollcall-start-'));
  const data = join(checkout, 'data');
  let port: number;
  let server: ChildProcess;
  let output = '';

  const env = { ...process.env, npm_lifecycle_event: '' };
  const argsFor = (onPort: number, persistTo: string) => [
    SCRIPT,
    '--port',
    String(onPort),
    '--persist-to',
    persistTo,
  ];
  /** A start that is refused: its exit code and what it says. */
  const refused = (onPort: number, persistTo: string) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, argsFor(onPort, persistTo), {
      cwd: checkout,
      encoding: 'utf8',
      env,
      timeout: 60_000,
    });
    return [status, stderr.trim(), stdout];
  };

  beforeAll(async () => {
    for (const path of ['src', 'public', 'drizzle', 'node_modules', 'tsconfig.json', 'package.json']) {
      symlinkSync(join(ROOT, path), join(checkout, path));
    }
    for (const path of ['wrangler.toml', '.dev.vars.example'])
      copyFileSync(join(ROOT, path), join(checkout, path));
    port = await freePort();
    server = spawn(process.execPath, argsFor(port, data), {
      cwd: checkout,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [server.stdout, server.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    }
    await until(() => output.includes('Stop it with Ctrl-C') || server.exitCode !== null);
    // Ten seconds of work, which a machine with much else to do stretches.
  }, 400_000);
  afterAll(async () => {
    server.kill('SIGTERM');
    await until(() => server.exitCode !== null || server.signalCode !== null);
    rmSync(checkout, { recursive: true, force: true });
  });

  it('says what runs, what the demo holds, and a call to paste that works', async () => {
    expect(output).toMatch(
      /Demo {6}8 players, \d+ sessions on servers 1 and 2 \(3 open now\), 36 log entries/,
    );
    const [line, key] = /^ {2}export KEY=(rc_\w+)$/m.exec(output) ?? [];
    expect(line).toBeDefined();
    const script = `${line}\n${output.slice(output.indexOf('  curl http'), output.indexOf("'\n\n") + 1)}`;
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({ success: true, data: { status: true, serverId: 1 } });
    const answer = await get(`/v2/community/activity?status=open`, { authorization: `Bearer ${key}` });
    expect(JSON.parse(answer.text).data.items).toHaveLength(4);
  });

  it('writes secrets and local switches, which the example has not', () => {
    const vars = readFileSync(join(checkout, '.dev.vars'), 'utf8');
    expect(devVarsProblem(vars)).toBeUndefined();
    expect(vars).toMatch(/^ADMIN_TOKEN=[0-9a-f]{64}$/m);
    expect(vars).toMatch(/^ANONYMOUS_COMMUNITY=demo$/m);
    expect(vars).toMatch(/^WEBHOOK_ALLOW_PRIVATE=true$/m);
    expect(vars).not.toContain('replace-me\n');
  });

  it('lets no page of somebody else in without a credential, by any name', async () => {
    const path = '/api/v1/activity_log/count';
    const own = `http://localhost:${port}`;
    expect((await get(path, {})).status).toBe(200);
    expect((await get(path, { origin: own })).status).toBe(200);
    expect((await get(path, { origin: 'https://evil.example' })).status).toBe(401);
    expect((await get(path, { host: 'evil.example' })).status).toBe(401);
  });

  it('is healthy to the doctor, and takes a community, with the token of .dev.vars', async () => {
    const run = (script: string, ...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(ROOT, 'scripts', script), ...args],
        {
          cwd: checkout,
          encoding: 'utf8',
          env: { ...env, ADMIN_TOKEN: '' },
        },
      );
      return [status, `${stdout}${stderr}`] as const;
    };
    const url = `http://localhost:${port}`;
    await get('/cdn-cgi/handler/scheduled?cron=*/5+*+*+*+*', {});
    const [health, report] = run('doctor.ts', url);
    expect(report).toMatch(/ok {5}cron \*\/5 \* \* \* \*: It ran 0 min ago, and nothing failed\./);
    expect(report).toContain('ok     session: One was started and declared void.');
    expect(health).toBe(0);
    const [status, made] = run('community.ts', 'Night Shift RP', '--url', url);
    expect(made).toContain('The community "Night Shift RP" is made');
    expect(status).toBe(0);
    const key = /export KEY=(\S+)/.exec(made)?.[1];
    expect((await get('/v2/community/settings', { authorization: `Bearer ${key}` })).status).toBe(200);
    expect(run('community.ts')).toEqual([1, 'One name is needed: npm run community -- "Night Shift RP"\n']);
  });

  it('refuses a second start on its data, its port, and a directory that cannot be written to', async () => {
    const other = await freePort();
    expect(refused(other, data)).toEqual([
      1,
      `Rollcall already runs on ${data}: process ${server.pid}, port ${port}. Stop it, or start with other data: npm start -- --port ${other + 1} --persist-to /another/directory`,
      '',
    ]);
    expect(refused(port, join(checkout, 'other'))).toEqual([
      1,
      `Port ${port} is in use by another program. Choose another one: npm start -- --port ${port + 1}`,
      '',
    ]);
    // A file in the way, since root may write everywhere else.
    const blocked = join(checkout, 'wrangler.toml/data');
    expect(refused(other, blocked)).toEqual([
      1,
      `${blocked} cannot be written to (ENOTDIR). Choose a directory that can: npm start -- --persist-to /some/directory`,
      '',
    ]);
    // None of the three has left a lock behind, or taken that of the one that runs.
    expect(existsSync(join(checkout, 'other/rollcall.lock'))).toBe(false);
    expect(existsSync(join(data, 'rollcall.lock'))).toBe(true);
  });

  it('killed with -9 leaves nothing that holds the port, and the next one starts on the same data', async () => {
    server.kill('SIGKILL');
    await until(async () => (await freePort(port).catch(() => 0)) === port);
    expect(existsSync(join(data, 'rollcall.lock'))).toBe(true);
    writeFileSync(join(checkout, '.dev.vars'), 'ADMIN_TOKEN=short\n');
    // The stale lock is taken over: what is refused now is the file.
    expect(refused(port, data)).toEqual([1, expect.stringMatching(/^\.dev\.vars cannot be used: /), '']);
    expect(existsSync(join(data, 'rollcall.lock'))).toBe(false);
  });

  const get = (path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> =>
    new Promise((done, fail) => {
      // Not fetch, which sets Host and Origin by itself.
      request(
        { host: '127.0.0.1', port, path, headers: { host: `localhost:${port}`, ...headers } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => done({ status: response.statusCode ?? 0, text }));
        },
      )
        .on('error', fail)
        .end();
    });
});

/** A port that nobody has; `wanted` itself where it is given. @throws where somebody has it */
const freePort = (wanted = 0): Promise<number> =>
  new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail).listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await sleep(100);
};
