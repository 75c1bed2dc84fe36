import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { families } from '../../src/api/index.ts';
import { type AnyOperation, docsOf } from '../../src/api/kit/operation.ts';
import { type Answer, Harness } from '../harness.ts';
import { migrateSecond } from '../places.ts';

/** In everything that community A owns, so that it shows where it leaks. */
const MARK = 'secret-of-a';
const NOBODY = '99999999-9999-4999-8999-999999999999';

const app = new Harness({ second: env.SECOND_DB });
/** What stands in a path for each of A's things, by the parameter's name. */
const ofA: Record<string, string> = {};
let idOfA: number;
/** Of communities beside A: in the same database, and in another one with the number that A has in its own. */
const keysOfB = { same: '', other: '' };

/** Fills community A with one of everything that a path can name. */
const fill = async (key: string): Promise<void> => {
  const create = async (path: string, body: unknown) => {
    const answer = await app.post(path, { key, body });
    expect(answer.status, `${path} ${answer.text}`).toBeLessThan(300);
    return answer.body.data;
  };
  const activity = await create('/v2/community/servers/1/activity', {
    username: `${MARK}-ana`,
    discord: `${MARK}-1`,
    metadata: { note: MARK },
  });
  ofA.serverId = '1';
  ofA.discordId = '90000000000000001';
  ofA.type = 'discord';
  ofA.value = ofA.discordId;
  await create(`/v2/community/accounts/${activity.accId}/identifiers`, {
    identifiers: [{ type: ofA.type, value: ofA.value }],
  });
  ofA.accountId = activity.accId;
  ofA.activityId = activity.id;
  ofA.apiKeyId = (await create('/v2/community/api-keys', { name: MARK, scopes: ['admin'] })).id;
  const endpoint = await create('/v2/community/webhook-endpoints', {
    url: `https://hooks.example.com/${MARK}`,
    events: ['session.*'],
    format: 'standard',
  });
  ofA.endpointId = endpoint.id;
  await create(`/v2/community/webhook-endpoints/${endpoint.id}/test`, {});
  const deliveries = await app.get(`/v2/community/webhook-endpoints/${endpoint.id}/deliveries`, { key });
  ofA.deliveryId = deliveries.body.data.items[0].id;
  const webhook = await create('/v2/community/inbound-webhooks', {
    name: MARK,
    kind: 'activity-log',
    verification: { scheme: 'token' },
    keepBodies: true,
  });
  ofA.webhookId = webhook.id;
  await env.DB.prepare('UPDATE inbound_webhooks SET call_count = 4100 WHERE id = ?').bind(webhook.id).run();
  await app.post(webhook.path, { key: webhook.secret, body: { note: MARK } });
  ofA.number = '4101';
  const service = { name: MARK, category: 'account-activity-reporting' };
  ofA.serviceId = (await create('/v2/community/service-ids', service)).id;
  const entry = { platform: MARK, serial: MARK, action_type: MARK };
  // A call that comes late into a closed period is a question.
  ofA.periodId = (await create('/v2/community/periods', { to: '2026-04-14', note: MARK })).id;
  await create('/v2/community/servers/1/activity', {
    username: `${MARK}-ana`,
    forceStart: true,
    occurredAt: '2026-04-14T23:59:00Z',
  });
  const questions = await app.get('/v2/community/periods/questions', { key });
  ofA.questionId = questions.body.data.items[0].id;
  ofA.id = String((await create('/api/v1/activity_log', entry)).id);
};

/** Every row of community A, of every table. */
const rowsOfA = async (): Promise<unknown> => {
  const { results: tables } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%`community_id`%' ORDER BY name",
  ).all<{ name: string }>();
  const rows = await env.DB.batch(
    tables.map(({ name }) => env.DB.prepare(`SELECT * FROM ${name} WHERE community_id = ?`).bind(idOfA)),
  );
  const community = await env.DB.prepare('SELECT * FROM communities WHERE id = ?').bind(idOfA).first();
  return [community, ...rows.map(({ results }, index) => [tables[index]?.name, results])];
};

const operations = families
  .flatMap((family) => family.operations)
  .filter((operation) => typeof operation.access === 'object');

const send = (operation: AnyOperation, key: string, nameId: (name: string) => string) =>
  app.request(
    operation.method,
    operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => nameId(name)),
    {
      key,
      ...(operation.body && { body: { ...(docsOf(operation).bodyExample as object), key: undefined } }),
    },
  );

const idOfAFor = (name: string): string => {
  const id = ofA[name];
  if (id === undefined) throw new Error(`Let fill() make what {${name}} names`);
  return id;
};
const idOfNobodyFor = (name: string): string =>
  name === 'serverId' ? '1' : /^\d+$/.test(idOfAFor(name)) ? '7000000000000001' : NOBODY;

/** What an answer says, apart from the ids that were asked for and the request's own. */
const gist = ({ status, text, body }: Answer, nameId: (name: string) => string, names: string[]) =>
  [status, ...names.map(nameId), body?.requestId]
    .reduce<string>((rest, part, index) => (index && part ? rest.replaceAll(String(part), '·') : rest), text)
    .concat(` ${status}`);

beforeAll(async () => {
  const a = await app.community({}, 0);
  idOfA = a.rowId;
  await fill(a.key);
  keysOfB.same = (await app.community({}, 0)).key;
  await migrateSecond();
  await env.SECOND_DB.prepare(
    "INSERT INTO communities (id, public_id, name, created_at) SELECT ?1, 'before', 'before', 0 WHERE ?1 > 0",
  )
    .bind(idOfA - 1)
    .run();
  const b = await app.community({}, 1);
  expect(b.rowId).toBe(idOfA);
  keysOfB.other = b.key;
});

describe.each(['same', 'other'] as const)(
  "with another community's credential, of the %s database",
  (which) => {
    it.each(operations.map((operation) => [docsOf(operation).operationId, operation] as const))(
      '%s shows nothing, changes nothing, and knows no id',
      async (_, operation) => {
        const before = await rowsOfA();
        const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
        const ofNobody = await send(operation, keysOfB[which], idOfNobodyFor);
        const answer = await send(operation, keysOfB[which], idOfAFor);
        expect(answer.text).not.toContain(MARK);
        expect(await rowsOfA()).toEqual(before);
        if (names.some((name) => name !== 'serverId')) {
          expect(gist(answer, idOfAFor, names)).toBe(gist(ofNobody, idOfNobodyFor, names));
        }
      },
    );
  },
);
