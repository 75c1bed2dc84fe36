import { env } from 'cloudflare:workers';
import { createApp } from '../src/app.ts';
import { FailureGate } from '../src/core/access/failure-gate.ts';
import type { Services } from '../src/core/context.ts';
import { createServices } from '../src/deps.ts';
import type { Env } from '../src/env.ts';
import { CRONS, jobContext, runJobs } from '../src/jobs/index.ts';
import { Connections } from './connections.ts';
import { type Cost, countingDatabase } from './counting-database.ts';
import { undocumented } from './document.ts';

export const ADMIN_TOKEN = 'test-admin-token-000000000000000000000000';

/** A clock that only tests move; a ticking one moves too when it is read. */
export interface TestClock {
  now(): number;
  /** Moves by milliseconds. */
  advance(ms: number): void;
  set(epochMs: number): void;
}

export const START = Date.parse('2026-04-15T00:00:00.000Z');

const testClock = (epochMs: number, ticking: number): TestClock => {
  let now = epochMs;
  return {
    now: () => {
      const read = now;
      now += ticking;
      return read;
    },
    advance: (ms) => {
      now += ms;
    },
    set: (value) => {
      now = value;
    },
  };
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts the whole of it literally.
  readonly body: any;
  readonly text: string;
}

export interface RequestOptions {
  readonly key?: string | undefined;
  readonly headers?: Record<string, string>;
  /** Sent as JSON, unless it is a string. */
  readonly body?: unknown;
  readonly expectsDefect?: boolean;
}

/** What the free plan lets an invocation ask of D1 beyond the default of MAX_STATEMENTS. */
const MORE_STATEMENTS = 5;

/** The whole app in this isolate, on the real D1 and the real migrations, at a time of the test's own. */
export class Harness {
  readonly clock: TestClock;
  readonly services: Services;
  readonly logs: { event: string; [field: string]: unknown }[] = [];
  /** What goes on after the answers (`waitUntil`). */
  readonly #deferred: Promise<unknown>[] = [];
  readonly #app: ReturnType<typeof createApp>;
  readonly #cost: Cost;
  readonly #connections = new Connections();
  /** How many calls are under way: of several at once nobody knows whose connections are open. */
  #running = 0;
  /** The call whose statements are counted, until what goes on after its answer has ended too; of several at once, none. */
  #invocation: { readonly what: string; readonly before: number } | undefined;
  readonly #origin: string;

  /**
   * @param options.ticking milliseconds that the clock goes on by after each look at it, as time does during a call;
   *   what a call reads twice differs
   * @param options.overrides services of the test's own, such as a failing database
   * @param options.first in place of the test's database
   * @param options.second a second database for communities: see test/places.ts
   * @param options.origin where the calls go; the switches of a local run hold for a loopback host alone
   */
  constructor({
    now = START,
    ticking = 0,
    vars = {},
    overrides = {},
    first = env.DB,
    second,
    origin = 'https://rollcall.test',
  }: {
    now?: number;
    ticking?: number;
    vars?: Partial<Env>;
    overrides?: Partial<Services>;
    first?: D1Database;
    second?: D1Database;
    origin?: string;
  } = {}) {
    this.#origin = origin;
    this.clock = testClock(now, ticking);
    const { database, cost } = countingDatabase(first, undefined, this.#connections);
    this.#cost = cost;
    this.services = createServices(
      {
        ...env,
        ...vars,
        DB: database,
        DB_1: second && countingDatabase(second, cost, this.#connections).database,
      },
      // No rate limit, unless the test brings one: tests call faster than anybody.
      {
        clock: this.clock,
        rateLimiter: undefined,
        expensiveLimiter: undefined,
        failures: new FailureGate(this.clock),
        sleep: () => Promise.resolve(),
        log: (event, fields = {}) => this.logs.push({ event, ...fields }),
        ...overrides,
        fetch: (...args) => this.#connections.through(() => (overrides.fetch ?? globalThis.fetch)(...args)),
      },
    );
    this.#app = createApp(this.services);
  }

  /** A call and its answer. A defect (a 500) fails the test, unless it is expected. */
  async request(
    method: string,
    path: string,
    { key, headers, body, expectsDefect = false }: RequestOptions = {},
  ): Promise<Answer> {
    const isAlone = this.#running === 0 && this.#deferred.length === 0;
    if (isAlone) this.#connections.begin();
    const what = `${method} ${path}`;
    this.#invocation = isAlone ? { what, before: this.#cost.statements } : undefined;
    this.#running += 1;
    const response = await this.#app.request(
      `${this.#origin}${path}`,
      {
        method,
        headers: { ...(key && { Authorization: `Bearer ${key}` }), ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      },
      env,
      this.#executionContext,
    );
    // `text()` warns of what it does not take for a text, such as NDJSON.
    const text = new TextDecoder().decode(await response.arrayBuffer());
    this.#running -= 1;
    if (isAlone && this.#running === 0) {
      this.#connections.end(what);
      this.#requireFewStatements();
    }
    const defect = this.logs.find(({ event }) => event === 'defect');
    if (defect && !expectsDefect) throw new Error(`${method} ${path}: ${JSON.stringify(defect, null, 2)}`);
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    const read = isJson && text !== '' ? JSON.parse(text) : undefined;
    const type = response.headers.get('content-type') ?? '';
    const surprise = undocumented(method, path, { status: response.status, type, body: read });
    if (surprise)
      throw new Error(`${method} ${path} is not as documented: ${surprise}\n${text.slice(0, 500)}`);
    return { status: response.status, headers: response.headers, text, body: read };
  }

  /** A response as it comes, for streams. */
  fetch(path: string, init: RequestInit): Promise<Response> {
    return Promise.resolve(this.#app.request(`${this.#origin}${path}`, init, env, this.#executionContext));
  }

  /** The same at an address of the test's own. */
  fetchUrl(url: string, init: RequestInit): Promise<Response> {
    return Promise.resolve(this.#app.request(url, init, env, this.#executionContext));
  }

  readonly #executionContext = {
    waitUntil: (work: Promise<unknown>) => void this.#deferred.push(work),
    passThroughOnException: () => {},
    props: {},
  } as unknown as ExecutionContext;

  /** @throws Error where the call asked D1 for more than the plan allows: the free one, unless MAX_STATEMENTS says another */
  #requireFewStatements(): void {
    if (!this.#invocation) return;
    const statements = this.#cost.statements - this.#invocation.before;
    const max = this.services.config.limits.statements + MORE_STATEMENTS;
    if (statements > max) {
      throw new Error(`${this.#invocation.what} ran ${statements} statements; the plan allows ${max}.`);
    }
  }

  /** Waits for what went on after the answers so far. */
  async settled(): Promise<void> {
    while (this.#deferred.length > 0) await Promise.all(this.#deferred.splice(0));
    if (this.#invocation && this.#running === 0) {
      this.#requireFewStatements();
      this.#invocation = undefined;
    }
  }

  get = (path: string, options?: RequestOptions) => this.request('GET', path, options);
  post = (path: string, options?: RequestOptions) => this.request('POST', path, options);
  put = (path: string, options?: RequestOptions) => this.request('PUT', path, options);
  patch = (path: string, options?: RequestOptions) => this.request('PATCH', path, options);
  delete = (path: string, options?: RequestOptions) => this.request('DELETE', path, options);

  /** Fires the scheduled triggers at `scheduledTime` (default: the clock's now): that of `cron`, else all of them. */
  async cron(scheduledTime = this.clock.now(), cron?: string): Promise<void> {
    for (const expression of cron === undefined ? CRONS : [cron]) {
      const isAlone = this.#running === 0 && this.#deferred.length === 0;
      this.#invocation = undefined;
      this.#connections.begin();
      await runJobs(this.services, { cron: expression, scheduledTime });
      if (isAlone && this.#running === 0) this.#connections.end(expression);
    }
  }

  /** Fires the trigger of every five minutes: who is gone, what is to be sent. The hourly one only removes what is old. */
  sweep = (scheduledTime = this.clock.now()): Promise<void> => this.cron(scheduledTime, CRONS[0]);

  /** The context of a single job at `scheduledTime`. */
  jobContext(scheduledTime = this.clock.now()) {
    return jobContext(this.services, scheduledTime, () => undefined);
  }

  /** What `work` cost D1. */
  async measure<T>(work: () => Promise<T>): Promise<Cost & { result: T }> {
    const before = { ...this.#cost };
    const result = await work();
    return {
      trips: this.#cost.trips - before.trips,
      statements: this.#cost.statements - before.statements,
      rowsRead: this.#cost.rowsRead - before.rowsRead,
      rowsWritten: this.#cost.rowsWritten - before.rowsWritten,
      result,
    };
  }

  /** A new community through the API: its id, the one its rows have (`rowId`), and the key with every scope. */
  async community(
    settings: Record<string, unknown> = {},
    place?: number,
  ): Promise<{ id: string; rowId: number; key: string }> {
    const { body, status, text } = await this.post('/admin/communities', {
      key: ADMIN_TOKEN,
      body: { name: 'Test community', settings, place },
    });
    if (status !== 201) throw new Error(text);
    const { id, apiKey } = body.data;
    const database = place === 1 ? env.SECOND_DB : env.DB;
    const row = await database
      .prepare('SELECT id FROM communities WHERE public_id = ?')
      .bind(id)
      .first<{ id: number }>();
    return { id, rowId: row?.id ?? 0, key: apiKey.key };
  }

  /** Another key of a community, with these scopes. */
  async apiKey(adminKey: string, scopes: string[], more: Record<string, unknown> = {}): Promise<string> {
    const { body, status, text } = await this.post('/v2/community/api-keys', {
      key: adminKey,
      body: { name: 'Test key', scopes, ...more },
    });
    if (status !== 201) throw new Error(text);
    return body.data.key;
  }
}
