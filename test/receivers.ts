import { env } from 'cloudflare:workers';
import { Harness } from './harness.ts';

export const ENDPOINTS = '/v2/community/webhook-endpoints';

/** A call as a receiver saw it. */
export interface Received {
  readonly url: string;
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts the whole of it literally.
  readonly body: any;
}

/** How a receiver answers: a response, or an error instead of one. */
export type Answering = (call: Received, signal: AbortSignal) => Response | Promise<Response>;

const PERIOD = 300_000;

/** The app with receivers behind its `fetch`: by host, the rest answer 204. */
export class Receivers {
  readonly app: Harness;
  readonly received: Received[] = [];
  readonly answering = new Map<string, Answering>();

  readonly #endpointIds = new Set<string>();

  constructor(options: ConstructorParameters<typeof Harness>[0] = {}) {
    this.app = new Harness({ ...options, overrides: { fetch: this.#fetch, ...options?.overrides } });
  }

  readonly #fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    if (init?.redirect !== 'manual') throw new Error('redirects must not be followed');
    const headers = init.headers as Record<string, string>;
    const text = init.body as string;
    const call = {
      url: String(input),
      id: headers['webhook-id'] as string,
      headers,
      text,
      body: JSON.parse(text),
    };
    // The tests of a file share a database: the trigger of one delivers for the others too.
    if (!this.#endpointIds.has(call.id.split('_', 1)[0] as string))
      return new Response(null, { status: 204 });
    this.received.push(call);
    const answer = this.answering.get(new URL(call.url).host);
    return answer ? answer(call, init.signal as AbortSignal) : new Response(null, { status: 204 });
  };

  /** A community with an endpoint at `https://<host>/`; its key, its id and its secret. */
  async endpoint(
    more: Record<string, unknown> = {},
    community?: { rowId: number; key: string },
  ): Promise<{ communityId: number; key: string; id: string; secret: string }> {
    const { rowId: communityId, key } = community ?? (await this.app.community());
    const answer = await this.app.post(ENDPOINTS, {
      key,
      body: { url: 'https://hooks.example.com/', events: ['*'], ...more },
    });
    if (answer.status !== 201) throw new Error(answer.text);
    this.#endpointIds.add(answer.body.data.id);
    return { communityId, key, id: answer.body.data.id, secret: answer.body.data.secret };
  }

  /** A call of the tracker, and what goes on after it. */
  async activity(key: string, body: Record<string, unknown>, serverId = 1) {
    const answer = await this.app.post(`/v2/community/servers/${serverId}/activity`, { key, body });
    await this.app.settled();
    return answer.body.data;
  }

  /** The scheduled trigger every five minutes, for so long; of those at which nothing is due, only the first and last. */
  async run(ms: number): Promise<void> {
    const end = this.app.clock.now() + ms;
    for (let tick = this.app.clock.now() + PERIOD; tick <= end; ) {
      this.app.clock.set(tick);
      await this.app.cron();
      const due = (await this.#nextDue(tick)) ?? end;
      tick += Math.max(Math.ceil((Math.min(due, end) - tick) / PERIOD), 1) * PERIOD;
    }
    this.app.clock.set(end);
  }

  #nextDue = (now: number): Promise<number | null> =>
    env.DB.prepare(
      `SELECT min(at) AS at FROM (
        SELECT blocked_until AS at FROM webhook_endpoints UNION ALL SELECT leased_until FROM webhook_endpoints
        UNION ALL SELECT due_at FROM webhook_messages WHERE status = 'pending')
      WHERE at > ?`,
    )
      .bind(now)
      .first<number>('at');

  types = () => this.received.map(({ body }) => body.type as string);

  async deliveries(key: string, id: string, query = '') {
    return (await this.app.get(`${ENDPOINTS}/${id}/deliveries${query}`, { key })).body.data.items;
  }
}

/** Puts so many messages into an endpoint's queue. */
export const fill = (communityId: number, endpointId: string, count: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
     INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data, status, created_at, actor)
     SELECT ?1, ?2, i, 'webhook.test', json_object('n', i), 'pending', 1, 'test' FROM n`,
  )
    .bind(communityId, endpointId, count)
    .run();

/** How many messages an endpoint has still to get. */
export const waiting = (endpointId: string) =>
  env.DB.prepare(
    "SELECT count(*) AS count FROM webhook_messages WHERE endpoint_id = ? AND status = 'pending'",
  )
    .bind(endpointId)
    .first<number>('count');
