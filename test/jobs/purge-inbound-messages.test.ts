import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { Harness, START } from '../harness.ts';
import { DAY } from '../helpers.ts';

/** Writes `count` messages as if they had been received at an instant. */
const insertMessages = (count: number, receivedAt: number) =>
  env.DB.prepare(`
    INSERT INTO inbound_webhook_messages (community_id, webhook_id, message_id, received_at, answer)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
    SELECT 'c', 'w', ?2 || '-' || i, ?2, '{}' FROM n`)
    .bind(count, receivedAt)
    .run();

const remaining = async () =>
  (await env.DB.prepare('SELECT COUNT(*) AS n FROM inbound_webhook_messages').first<{ n: number }>())?.n;

describe('the purge of inbound messages', () => {
  it('takes what is older than 7 days, in chunks, at most 100,000 a run, and nothing else', async () => {
    await insertMessages(100_001, START - 8 * DAY);
    await insertMessages(3, START - 7 * DAY);
    const app = new Harness();
    const run = async () => {
      await app.cron(START);
      return app.logs.findLast(({ job }) => job === 'purge-inbound-messages');
    };
    expect(await run()).toMatchObject({ event: 'job_done', purged: 100_000, isComplete: false });
    expect(await run()).toMatchObject({ event: 'job_done', purged: 1, isComplete: true });
    expect(await run()).toMatchObject({ event: 'job_done', purged: 0, isComplete: true });
    expect(await remaining()).toBe(3);
  });
});
