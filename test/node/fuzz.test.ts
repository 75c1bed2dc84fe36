/**
 * What the Worker answers is what its OpenAPI document says: calls that are made of the document, by the thousand, and
 * each answer held against it. A document that says something else must be noticed. A part of `npm run test:scale`.
 */
import '../../src/docs/with-docs.ts';
import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleWorker } from '../../scripts/local/bundle.ts';
import { readMigrations } from '../../scripts/migrations/text.ts';
import { randomOf, Sampler } from './json-fuzz.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test looks at the document as it is.
type Json = any;

const REQUESTS = 100_000;
/** After so many a new community is made: calls take the old one apart. */
const PER_WORLD = 1_500;
const AT_ONCE = 16;
const SEED = 20_261_125;
const ADMIN_TOKEN = 'fuzz-admin-token-00000000000000000000000';

interface Target {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Json;
}

let document: Json;
let miniflare: Miniflare;
let origin: string;
let targets: Target[];
/** What the Worker logs of itself, also of what goes on after its answers. */
const defects: string[] = [];

beforeAll(async () => {
  const { families } = await import('../../src/api/index.ts');
  const { buildOpenApi } = await import('../../src/docs/openapi.ts');
  document = JSON.parse(JSON.stringify(buildOpenApi(families, '0.0.0')));
  targets = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item)
      .filter(([, operation]) => operation.operationId)
      .map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        operation,
      })),
  );
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: (await bundleWorker()).script,
      compatibilityDate: '2026-10-23',
      d1Databases: { DB: 'fuzz' },
      bindings: { ADMIN_TOKEN, TOKEN_SECRET: 'fuzz-token-secret-0000000000000000000000' },
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      // What webhooks are sent to: nothing leaves this machine.
      handleStructuredLogs: ({ message }) => {
        if (message.includes('"event":"defect"')) defects.push(message);
      },
      outboundService: () => new Response(null, { status: 204 }),
    }),
  );
  origin = (await miniflare.unsafeGetDirectURL()).origin;
  const database = (await miniflare.getD1Database('DB')) as unknown as D1Database;
  await database.exec('CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)');
  for (const { name, statements } of readMigrations()) {
    await database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name).run();
    await database.batch(statements.map((statement) => database.prepare(statement)));
  }
}, 120_000);
afterAll(() => miniflare.dispose());

/** Something that an operation can find, by the parameter's name. */
type World = Readonly<Record<string, string>> & { readonly key: string };

const call = async (method: string, path: string, key: string, body?: unknown): Promise<Json> => {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return ((await response.json()) as Json).data;
};

const makeWorld = async (): Promise<World> => {
  const { id, apiKey } = await call('POST', '/admin/communities', ADMIN_TOKEN, { name: 'Fuzz' });
  const { key } = apiKey;
  const post = (path: string, body: unknown) => call('POST', path, key, body);
  const activity = await post('/v2/community/servers/1/activity', { username: 'ana', discord: '1' });
  const endpoint = await post('/v2/community/webhook-endpoints', {
    url: 'https://hooks.example.com/',
    events: ['*'],
  });
  await post(`/v2/community/webhook-endpoints/${endpoint.id}/test`, {});
  const { items } = await call('GET', `/v2/community/webhook-endpoints/${endpoint.id}/deliveries`, key);
  const hook = await post('/v2/community/inbound-webhooks', {
    name: 'Gate',
    kind: 'activity-log',
    verification: { scheme: 'token' },
  });
  const entry = await post('/api/v1/activity_log', { platform: 'p', serial: 's', action_type: 'a' });
  const other = await post('/v2/community/servers/1/activity', { username: 'bo', discord: '2' });
  const service = await post('/v2/community/service-ids', {
    name: 'S',
    category: 'account-activity-reporting',
  });
  const period = await post('/v2/community/periods', { to: '2026-01-31' });
  return {
    key,
    communityId: id,
    serverId: '1',
    accountId: activity.accId,
    activityId: activity.id,
    apiKeyId: (await post('/v2/community/api-keys', { name: 'Second', scopes: ['logs:read'] })).id,
    endpointId: endpoint.id,
    deliveryId: items[0].id,
    webhookId: hook.id,
    serviceId: (
      await post('/v2/community/service-ids', { name: 'S', category: 'account-activity-reporting' })
    ).id,
    id: String(entry.id),
    periodId: period.id,
    apiKey: key,
    adminToken: ADMIN_TOKEN,
    into: other.accId,
    accId: other.accId,
    client_id: service.clientId,
    client_secret: service.clientSecret,
    secret: hook.secret,
    discordId: '1',
    'hub.verify_token': hook.secret,
  };
};

interface Made {
  readonly url: string;
  readonly init: RequestInit;
}

/** The beginning of a period is before its end. */
const timeOf = (sampler: Sampler, name: string): string | undefined => {
  const isBegin = name === 'from' || name === 'startDate';
  if (!isBegin && name !== 'to' && name !== 'endDate') return undefined;
  if (sampler.chance(0.1)) return undefined;
  const daysAgo = isBegin ? 5 + sampler.below(5) : sampler.below(5);
  return new Date(Date.now() - daysAgo * 86_400_000).toISOString();
};

/** The properties that the world knows by their names, as the world has them. */
const withKnown = (value: Json, world: World): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, world[name] ?? part]))
    : value;

/** A call of the operation: mostly as the document says, sometimes not quite. */
const compose = (sampler: Sampler, { method, path, operation }: Target, world: World): Made => {
  const query = new URLSearchParams();
  let filled = path;
  const headers: Record<string, string> = {};
  for (const parameter of (operation.parameters ?? []).map((each: Json) => sampler.resolve(each))) {
    const value = sampler.value(parameter.schema);
    const text =
      timeOf(sampler, parameter.name) ?? (typeof value === 'object' ? JSON.stringify(value) : String(value));
    if (parameter.in === 'path') {
      const known = world[parameter.name];
      const id =
        known !== undefined && sampler.chance(method === 'DELETE' ? 0.15 : 0.85)
          ? known
          : sampler.chance(0.2)
            ? 'x%00'
            : encodeURIComponent(text);
      filled = filled.replace(`{${parameter.name}}`, id);
    } else if (
      parameter.in === 'query' &&
      (parameter.required ? sampler.chance(0.95) : sampler.chance(0.15))
    ) {
      query.append(parameter.name, sampler.chance(0.1) ? JSON.stringify(sampler.spoiled('x')) : text);
    }
  }
  if (sampler.chance(0.02)) query.append('unknown', '1');
  const isOperator = path.startsWith('/admin');
  const credential = sampler.chance(0.03) ? 'nonsense' : isOperator ? ADMIN_TOKEN : world.key;
  const bearer = path.startsWith('/hooks/') ? world.secret : credential;
  if (!sampler.chance(0.02)) headers.Authorization = `Bearer ${bearer}`;
  if (sampler.chance(0.1)) headers['Accept-Language'] = 'es';
  if (sampler.chance(0.02)) headers['Idempotency-Key'] = `k${sampler.below(50)}`;
  const [type, content] = Object.entries<Json>(operation.requestBody?.content ?? {})[0] ?? [];
  let body: string | undefined;
  if (content) {
    const example = content.example ?? (Object.values<Json>(content.examples ?? {})[0]?.value as Json);
    let value = sampler.chance(0.4) ? example : sampler.value(content.schema);
    if (typeof value === 'object' && value !== null && 'key' in value) value = { ...value, key: world.key };
    if (sampler.chance(0.8)) value = withKnown(value, world);
    if (sampler.chance(0.35)) value = sampler.spoiled(value);
    body =
      type === 'application/x-www-form-urlencoded'
        ? new URLSearchParams(
            Object.entries(value ?? {}).map(([name, part]): [string, string] => [
              name,
              typeof part === 'string' ? part : JSON.stringify(part),
            ]),
          ).toString()
        : JSON.stringify(value);
    if (sampler.chance(0.02)) body = body?.slice(0, -1) ?? '';
  }
  const search = query.size > 0 ? `?${query}` : '';
  return {
    url: `${origin}${filled.replaceAll(/\{\w+\}/g, 'x')}${search}`,
    init: { method, headers, ...(body !== undefined && { body }) },
  };
};

interface Sample {
  readonly target: Target;
  readonly status: number;
  readonly mediaType: string;
  readonly body: Json;
}

/** What is wrong with an answer by the document; undefined where nothing is. */
class Judge {
  readonly #ajv = new Ajv.default({ strict: false, validateFormats: true });
  readonly #document: Json;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: Json) {
    addFormats.default(this.#ajv);
    this.#document = document;
    this.#ajv.addSchema(document, 'openapi');
  }

  problem({ target, status, mediaType, body }: Sample): string | undefined {
    const { paths, components } = this.#document;
    let pointer = `#/paths/${target.path.replaceAll('~', '~0').replaceAll('/', '~1')}/${target.method.toLowerCase()}/responses/${status}`;
    let response = paths[target.path][target.method.toLowerCase()].responses[status];
    if (!response) return `${status} is not in the document`;
    if (response.$ref) {
      pointer = response.$ref;
      response = components.responses[response.$ref.split('/').at(-1)];
    }
    if (mediaType === '') return response.content ? 'has no body' : undefined;
    if (!response.content?.[mediaType]) return `${mediaType} is not in the document for ${status}`;
    if (!IS_JSON.test(mediaType)) return undefined;
    const place = `${pointer} ${mediaType}`;
    const known = this.#validators.get(place);
    if (known) return known(body) ? undefined : this.#ajv.errorsText(known.errors?.slice(0, 2));
    const escaped = mediaType.replaceAll('/', '~1').replaceAll('+', '%2B');
    const validate = this.#ajv.compile({
      $ref: `openapi${pointer.replaceAll('{', '%7B').replaceAll('}', '%7D')}/content/${escaped}/schema`,
    });
    this.#validators.set(place, validate);
    return validate(body) ? undefined : this.#ajv.errorsText(validate.errors?.slice(0, 2));
  }
}

/** Not `application/x-ndjson`: its lines are JSON, the whole is not. */
const IS_JSON = /[/+]json$/;
const HALF_HOUR = 1_800_000;
/** A good answer of each operation, for the second test. */
const samples = new Map<string, Sample>();

/** Makes the call and holds its answer against the document. */
const probe = async (
  judge: Judge,
  target: Target,
  { url, init }: Made,
): Promise<[Sample, string | undefined]> => {
  const response = await fetch(url, init);
  const text = await response.text();
  const mediaType = (response.headers.get('content-type') ?? '').split(';', 1)[0] as string;
  const body = IS_JSON.test(mediaType) ? JSON.parse(text) : text;
  const sample = { target, status: response.status, mediaType, body };
  return [sample, response.status >= 500 ? `answers ${response.status}` : judge.problem(sample)];
};

it(
  `of ${REQUESTS} calls that are made of the document, each is answered as it says`,
  async () => {
    const sampler = new Sampler(document, randomOf(SEED));
    const judge = new Judge(document);
    const problems = new Map<string, string>();
    let failed = 0;
    let sent = 0;
    while (sent < REQUESTS) {
      const world = await makeWorld();
      const end = Math.min(REQUESTS, sent + PER_WORLD);
      const work = async (): Promise<void> => {
        while (sent < end) {
          const target = targets[sent % targets.length] as Target;
          sent += 1;
          // This would take the world away from all others.
          const known =
            target.id === 'deleteCommunity' ? { ...world, communityId: crypto.randomUUID() } : world;
          const made = compose(sampler, target, known);
          const [sample, problem] = await probe(judge, target, made);
          if (sample.status < 300) samples.set(target.id, sample);
          if (problem === undefined) continue;
          failed += 1;
          const kind = `${target.id}: ${problem}`;
          if (problems.has(kind)) continue;
          const { method, body } = made.init;
          problems.set(
            kind,
            `${method} ${made.url} ${body ?? ''} -> ${JSON.stringify(sample.body)}`.slice(0, 600),
          );
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    }
    // biome-ignore lint/suspicious/noConsole: what the run is for.
    console.log(
      `fuzz: ${sent} tried, ${failed} failed; ${samples.size} of ${targets.length} operations succeeded`,
    );
    expect(Object.fromEntries(problems)).toEqual({});
    expect(defects).toEqual([]);
    expect(samples.size).toBeGreaterThan(targets.length * 0.9);
  },
  HALF_HOUR,
);

/** What a document could say that is not so; each changes the successful answer of one operation. */
const MUTATIONS: Readonly<Record<string, (responses: Json, sample: Sample) => void>> = {
  'without the status': (responses, { status }) => delete responses[status],
  'with another media type': (responses, { status }) => {
    responses[status] = { content: { 'application/xml': {} } };
  },
  'with a property that is not there': (responses, { status, mediaType }) => {
    responses[status] = { content: { [mediaType]: { schema: { type: 'object', required: ['nowhere'] } } } };
  },
  'with another type': (responses, { status, mediaType }) => {
    responses[status] = { content: { [mediaType]: { schema: { type: 'string' } } } };
  },
};

it.each(Object.keys(MUTATIONS))('a document %s is noticed, at each operation', (name) => {
  const mutated = structuredClone(document);
  for (const sample of samples.values()) {
    const { path, method } = sample.target;
    MUTATIONS[name]?.(mutated.paths[path][method.toLowerCase()].responses, sample);
  }
  const judge = new Judge(mutated);
  const notNoticed = [...samples.values()].filter(
    (sample) =>
      judge.problem(sample) === undefined && (IS_JSON.test(sample.mediaType) || !/property|type$/.test(name)),
  );
  expect(notNoticed.map(({ target }) => target.id)).toEqual([]);
  expect(samples.size).toBeGreaterThan(50);
});
