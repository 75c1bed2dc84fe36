import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/client.ts';
import { Harness } from '../harness.ts';

/** More than a page of the report. */
const RECORDS = 6_000;
const PATH =
  '/scr/api/activity?startDate=2026-04-01T00:00:00Z&endDate=2026-05-01T00:00:00Z&type=PROCESSES_VIEWED';
let key: string;

beforeAll(async () => {
  const app = new Harness();
  ({ key } = await app.community());
  const view = {
    category: 'PROCESSES_VIEWED',
    type: 'PROCESS_VIEWED',
    user: 'ann',
    time: '2026-04-10T00:00:00Z',
  };
  for (let sent = 0; sent < RECORDS; sent += 1000) {
    await app.post('/v2/community/account-activities', { key, body: Array(1000).fill(view) });
  }
}, 60_000);

/** The app on a database that is there for `batches` more batches. */
const failingAfter = async (batches: number) => {
  let left = Number.POSITIVE_INFINITY;
  const database = {
    prepare: (query: string) => env.DB.prepare(query),
    batch: (statements: D1PreparedStatement[]) =>
      left-- > 0 ? env.DB.batch(statements) : Promise.reject(new Error('D1 is gone')),
  } as unknown as D1Database;
  const app = new Harness({ overrides: { db: openDatabase(database) } });
  await app.get('/v2/community/settings', { key });
  left = batches;
  return app;
};

const readText = async (response: Response, onPart: (text: string) => void): Promise<void> => {
  const decoder = new TextDecoder();
  for await (const part of response.body as ReadableStream<Uint8Array>) onPart(decoder.decode(part));
};

it.each(['application/json', 'text/csv'])(
  'a report as %s that fails half way breaks off, and never looks whole',
  async (accept) => {
    const app = await failingAfter(1);
    const response = await app.fetch(PATH, { headers: { Authorization: `Bearer ${key}`, Accept: accept } });
    expect(response.status).toBe(200);
    let text = '';
    const reading = readText(response, (part) => {
      text += part;
    });
    await expect(reading).rejects.toThrow('D1 is gone');
    expect(text.length).toBeGreaterThan(100_000);
    expect(() => JSON.parse(text)).toThrow();
    expect(app.logs).toContainEqual(
      expect.objectContaining({ event: 'defect', path: '/scr/api/activity', requestId: expect.any(String) }),
    );
  },
);

it('a report whose first page fails is a plain 500', async () => {
  const app = await failingAfter(0);
  const answer = await app.request('GET', PATH, { key, expectsDefect: true });
  expect(answer.status).toBe(500);
  expect(answer.body).toEqual({
    error: 'internal_error',
    message: 'Something went wrong on our side. Give the request id when you report it.',
    requestId: expect.any(String),
  });
});

it('a report that all goes well has every record', async () => {
  const answer = await (await failingAfter(2)).get(PATH, { key });
  expect(answer.body.records).toHaveLength(RECORDS);
});
