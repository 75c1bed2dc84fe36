/** All of Rollcall as `npm start` runs it, on a port and in a folder of its own, and a browser to look at it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createPort } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core';

const ROOT = resolve(import.meta.dirname, '../..');
const START_MS = 180_000;

/** Without these Chromium calls home, or asks for a sandbox that a container does not have. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // What a page may reach is this machine, and nothing else.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];

export interface World {
  readonly url: string;
  /** The demo community's key, with every scope. */
  readonly key: string;
  readonly adminToken: string;
  readonly browser: Browser;
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((found) => {
    const probe = createPort();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => found(port));
    });
  });

export const startWorld = async (): Promise<World> => {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'rollcall-browser-'));
  const child = spawn(
    process.execPath,
    ['scripts/start.ts', '--port', String(port), '--persist-to', directory],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const key = await demoKeyOf(child);
  const vars = readFileSync(join(ROOT, '.dev.vars'), 'utf8');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
  });
  return {
    url: `http://localhost:${port}`,
    key,
    adminToken: /^ADMIN_TOKEN=(.+)$/m.exec(vars)?.[1] ?? '',
    browser,
    stop: async () => {
      await browser.close();
      const ended = new Promise((over) => child.once('exit', over));
      child.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** Waits for the line with the key. @throws Error with what was printed, where it does not come */
const demoKeyOf = (child: ChildProcess): Promise<string> =>
  new Promise((found, failed) => {
    let printed = '';
    const timer = setTimeout(() => failed(new Error(`npm start took too long:\n${printed}`)), START_MS);
    const onText = (chunk: Buffer) => {
      printed += chunk.toString();
      const key = /Demo key\s+(rc_\w+)/.exec(printed)?.[1];
      if (key === undefined) return;
      clearTimeout(timer);
      found(key);
    };
    child.stdout?.on('data', onText);
    child.stderr?.on('data', onText);
    child.once('exit', (code) => failed(new Error(`npm start ended with ${code}:\n${printed}`)));
  });

/** A call of the API, as a program makes it. @throws Error where it fails */
export const callApi = async (
  { url, key }: Pick<World, 'url' | 'key'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, never>> => {
  const send = () =>
    fetch(`${url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${key}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  let response = await send();
  // As clients do: once more where the service says that it is busy, such as a local database on a machine that is.
  if (response.status === 503) {
    await new Promise((later) => setTimeout(later, 2000));
    response = await send();
  }
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
};

export interface Looking {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong in the page, and what it asked of another host. Empty in a good test. */
  readonly troubles: string[];
  /** Calls of the API so far. */
  readonly calls: string[];
  close(): Promise<void>;
}

export interface Eyes {
  readonly width?: number;
  readonly height?: number;
  readonly language?: 'en-GB' | 'es-ES';
  readonly theme?: 'light' | 'dark';
  /** The key to sign in with; null stays signed out. */
  readonly key?: string | null;
  readonly zone?: string;
}

/** Somebody who opens the console, with the link that `npm start` prints. */
export const look = async (world: World, eyes: Eyes = {}): Promise<Looking> => {
  const { width = 1600, height = 900, language = 'en-GB', theme = 'light', key = world.key } = eyes;
  const context = await world.browser.newContext({
    viewport: { width, height },
    locale: language,
    colorScheme: theme,
    timezoneId: eyes.zone ?? 'Europe/Madrid',
    reducedMotion: 'reduce',
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const troubles: string[] = [];
  const calls: string[] = [];
  page.on('pageerror', (error) => troubles.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // A refused call is shown by the screen, and by the browser as well.
    if (message.type() === 'error' && !/status of|ERR_/.test(message.text())) troubles.push(message.text());
  });
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (/^(v2|api|scr|admin)\//.test(asked.pathname.slice(1)))
      calls.push(`${request.method()} ${asked.pathname}`);
    if (!request.url().startsWith(world.url) && !/^(data|blob):/.test(request.url())) {
      troubles.push(`asked ${asked.host}`);
    }
  });
  const open = new Set<Request>();
  pending.set(page, open);
  page.on('request', (request) => open.add(request));
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  await page.goto(`${world.url}/console/${key === null ? '' : `#key=${key}`}`);
  await page.waitForSelector('h1');
  return { context, page, troubles, calls, close: () => context.close() };
};

/** Goes to a view and waits until all of it has been read. */
export const goTo = async ({ page }: Looking, view: string): Promise<void> => {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, view);
  await settle(page);
};

/** What each page has asked for and not got yet. */
const pending = new WeakMap<Page, Set<Request>>();

/** Waits until nothing is loading any more, and what came has been drawn. */
export const settle = async (page: Page): Promise<void> => {
  const asked = pending.get(page);
  // Twice: an answer that has come is drawn a moment later, and may ask for more.
  for (let still = 0; still < 2; still = !asked || asked.size === 0 ? still + 1 : 0) {
    await page.waitForTimeout(40);
    await page.waitForFunction(() => !document.querySelector('.skeleton') && document.querySelector('h1'));
  }
};

export interface Receiver {
  readonly url: string;
  /** What was received, newest last. */
  readonly bodies: string[];
  /** The status of the next answers. */
  status: number;
  close(): void;
}

/** A program that receives webhooks. */
export const startReceiver = (): Promise<Receiver> =>
  new Promise((started) => {
    const receiver = { url: '', bodies: [] as string[], status: 200, close: () => void server.close() };
    const server: Server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        receiver.bodies.push(body);
        response.writeHead(receiver.status).end(receiver.status === 200 ? 'thank you' : 'out of order');
      });
    });
    server.listen(0, '127.0.0.1', () => {
      receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      started(receiver);
    });
  });
