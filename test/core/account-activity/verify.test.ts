import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../../harness.ts';
import { DAY } from '../../helpers.ts';

let app: Harness;
let id: number;
let key: string;

beforeEach(async () => {
  app = new Harness();
  ({ rowId: id, key } = await app.community());
});

const verify = async (query = '') => {
  const { status, body, text } = await app.get(`/v2/community/account-activities/verify${query}`, { key });
  expect(status, text).toBe(200);
  return body.data;
};
const sql = (statement: string, ...values: unknown[]) =>
  env.DB.prepare(statement)
    .bind(...values)
    .run();
const act = async (times: number) => {
  for (let n = 0; n < times; n++) {
    app.clock.advance(1000);
    const { status } = await app.patch('/v2/community/settings', {
      key,
      body: { maxSessionSeconds: 60 + n },
    });
    expect(status).toBe(200);
  }
};
const record = async (activities: unknown) => {
  const answer = await app.post('/v2/community/account-activities', { key, body: activities });
  expect(answer.status, answer.text).toBe(200);
  return answer.body.data;
};
const view = (time: string, user = 'ann') => ({
  category: 'PROCESSES_VIEWED',
  type: 'PROCESS_VIEWED',
  user,
  time,
});

describe('the audit trail verified', () => {
  beforeEach(() => act(5));

  it('is intact, and says where it ends', async () => {
    expect(await verify()).toEqual({
      intact: true,
      firstBreak: null,
      checkedLinks: 6,
      checkedRecords: 0,
      head: { sequence: 6, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      nextCursor: null,
    });
  });

  const idOf = async (sequence: number) =>
    env.DB.prepare('SELECT id FROM audit_records WHERE community_id = ? AND sequence = ?')
      .bind(id, sequence)
      .first('id');

  it.each(['type', 'user', 'message', 'properties', 'occurred_at', 'hash', 'id'])(
    'shows an edited %s',
    async (column) => {
      const value = column === 'occurred_at' ? 1 : column === 'properties' ? '{"activityName":"x"}' : 'x';
      await sql(`UPDATE audit_records SET ${column} = ? WHERE community_id = ? AND sequence = 3`, value, id);
      expect(await verify()).toMatchObject({
        intact: false,
        firstBreak: { where: 'audit-trail', sequence: 3, id: await idOf(3), problem: 'changed' },
        checkedLinks: 2,
      });
    },
  );

  it.each([1, 3, 6])('shows that link %i of 6 was removed', async (sequence) => {
    await sql('DELETE FROM audit_records WHERE community_id = ? AND sequence = ?', id, sequence);
    expect(await verify()).toMatchObject({
      intact: false,
      firstBreak: { where: 'audit-trail', sequence, problem: 'missing' },
    });
  });

  it('shows a removed link whose followers were renumbered', async () => {
    await sql('DELETE FROM audit_records WHERE community_id = ? AND sequence = 3', id);
    await sql('UPDATE audit_records SET sequence = sequence - 1 WHERE community_id = ? AND sequence > 3', id);
    expect((await verify()).firstBreak).toMatchObject({ sequence: 3, problem: 'changed' });
  });

  it('shows two links that changed places', async () => {
    await sql(
      'UPDATE audit_records SET sequence = 7 - sequence WHERE community_id = ? AND sequence IN (3, 4)',
      id,
    );
    expect((await verify()).firstBreak).toMatchObject({ sequence: 3, problem: 'changed' });
  });

  it.each([
    ['in between', 3, 'unexpected'],
    ['before the first', 0, 'unexpected'],
    ['behind the last', 7, 'changed'],
  ])('shows a link that was slipped in %s', async (_, sequence, problem) => {
    await sql(
      `INSERT INTO audit_records SELECT community_id, ?, 'zzz', occurred_at, type, user, message, properties, hash
       FROM audit_records WHERE community_id = ? AND sequence = 3`,
      sequence,
      id,
    );
    expect((await verify()).firstBreak).toMatchObject({ sequence, id: 'zzz', problem });
    // And nobody who administers is kept from it.
    await act(1);
  });

  it('shows a last link that was replaced along with its hash', async () => {
    await sql('UPDATE communities SET audit_hash = ? WHERE id = ?', 'f'.repeat(64), id);
    expect((await verify()).firstBreak).toMatchObject({ sequence: 6, problem: 'changed' });
  });

  it('is not disturbed by what another community did', async () => {
    const other = await app.community();
    await sql("UPDATE audit_records SET message = 'x' WHERE community_id = ?", other.id);
    expect((await verify()).intact).toBe(true);
  });
});

describe('ingested records verified', () => {
  beforeEach(async () => {
    await record([
      view('2026-04-10T10:00:00Z'),
      view('2026-04-10T09:00:00Z', 'bob'),
      view('2026-04-11T09:00:00Z'),
      { ...view('2026-04-10T09:00:00Z'), category: 'SPACES_CHANGED' },
    ]);
    app.clock.advance(1000);
    await record(view('2026-04-10T11:00:00Z'));
    app.clock.advance(61_000);
  });
  const OF_DAY = "community_id = ? AND category = 'PROCESSES_VIEWED' AND occurred_at < 1775865600000";

  it('are intact, before and after the job has put them into the trail', async () => {
    expect(await verify()).toMatchObject({ intact: true, checkedLinks: 1, checkedRecords: 5 });
    await app.cron();
    expect(await verify()).toMatchObject({ intact: true, checkedLinks: 2, checkedRecords: 5 });
    await app.cron();
    expect((await verify()).head.sequence).toBe(2);
  });

  it('show an edited, a removed and an inserted record at once', async () => {
    const broken = async (problem: string) =>
      expect((await verify()).firstBreak).toEqual({
        where: 'batch',
        category: 'PROCESSES_VIEWED',
        day: '2026-04-10',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        problem,
      });
    const kept = await env.DB.prepare(
      `SELECT * FROM account_activities WHERE ${OF_DAY} ORDER BY occurred_at LIMIT 1`,
    )
      .bind(id)
      .first();
    if (!kept) throw new Error('no record');
    await sql(`UPDATE account_activities SET record = replace(record, 'bob', 'eve') WHERE ${OF_DAY}`, id);
    await broken('changed');
    await sql(`UPDATE account_activities SET record = replace(record, 'eve', 'bob') WHERE ${OF_DAY}`, id);
    expect((await verify()).intact).toBe(true);
    await sql(`DELETE FROM account_activities WHERE ${OF_DAY} AND id = ?`, id, kept.id);
    await broken('missing');
    await sql(
      'INSERT INTO account_activities VALUES (?, ?, ?, ?, ?, ?)',
      ...['community_id', 'category', 'occurred_at', 'id', 'event_id', 'record'].map((name) => kept[name]),
    );
    expect((await verify()).intact).toBe(true);
    await sql(
      'INSERT INTO account_activities VALUES (?, ?, ?, ?, ?, ?)',
      ...[id, 'PROCESSES_VIEWED', Number(kept.occurred_at) + 1, `${kept.id}x`, null, kept.record],
    );
    await broken('unexpected');
  });

  it('show a record on a day that has no batch', async () => {
    await sql(
      "INSERT INTO account_activities VALUES (?, 'PROCESS_COMMENTS', 0, '00000000-0000-0000-0000-000000000000:0000', NULL, '{}')",
      id,
    );
    expect((await verify()).firstBreak).toEqual({
      where: 'batch',
      category: 'PROCESS_COMMENTS',
      day: '1970-01-01',
      id: '00000000-0000-0000-0000-000000000000',
      problem: 'unexpected',
    });
  });

  it('show the removal of a whole batch, once the job has put it into the trail', async () => {
    await app.cron();
    await sql(`DELETE FROM account_activities WHERE ${OF_DAY}`, id);
    await sql(
      "DELETE FROM activity_batches WHERE community_id = ? AND category = 'PROCESSES_VIEWED' AND day = 20553",
      id,
    );
    expect((await verify()).firstBreak).toMatchObject({
      where: 'batch',
      category: 'PROCESSES_VIEWED',
      day: '2026-04-10',
      problem: 'missing',
    });
  });

  it('may be removed by retention, on record, in whole days, and by nobody else', async () => {
    await app.cron();
    await app.patch('/v2/community/settings', { key, body: { accountActivityRetentionDays: 5 } });
    // Five days before 2026-04-16 is the 11th: what is older goes.
    app.clock.set(Date.parse('2026-04-16T12:00:00Z'));
    await app.cron();
    const left = await env.DB.prepare('SELECT occurred_at FROM account_activities WHERE community_id = ?')
      .bind(id)
      .all();
    expect(left.results).toEqual([{ occurred_at: Date.parse('2026-04-11T09:00:00Z') }]);
    expect(await verify()).toMatchObject({ intact: true, checkedRecords: 1 });
    const links = async () =>
      (
        await env.DB.prepare('SELECT type FROM audit_records WHERE community_id = ? ORDER BY sequence')
          .bind(id)
          .all<{ type: string }>()
      ).results.map(({ type }) => type);
    const before = await links();
    expect(before).toEqual(['COMMUNITY_CREATED', 'RECORDS_SEALED', 'SETTINGS_CHANGED', 'RETENTION_APPLIED']);
    await app.cron();
    expect(await links()).toEqual(before);

    // Ten days on, the trail itself is older than five days.
    app.clock.advance(10 * DAY);
    await app.cron();
    expect(await links()).toEqual(['RETENTION_APPLIED']);
    expect(await verify()).toMatchObject({ intact: true, checkedLinks: 1, checkedRecords: 0 });
    await act(2);
    expect(await verify()).toMatchObject({ intact: true, checkedLinks: 3 });
    await sql('UPDATE communities SET audit_foot_sequence = 1 WHERE id = ?', id);
    expect((await verify()).intact).toBe(false);
  });

  it('are checked in calls of some 20,000 records', async () => {
    for (let call = 0; call < 21; call++) {
      await record(
        Array.from({ length: 1000 }, (_, n) => view(`2026-03-${String(10 + call)}T00:00:00Z`, `u${n}`)),
      );
    }
    app.clock.advance(61_000);
    const first = await verify();
    expect(first).toMatchObject({ intact: true, checkedRecords: 20_000, nextCursor: expect.any(String) });
    const { result: second, rowsRead } = await app.measure(() => verify(`?cursor=${first.nextCursor}`));
    expect(second).toMatchObject({ intact: true, checkedLinks: 0, checkedRecords: 1_005, nextCursor: null });
    // Each record and its batch, but nothing of the first call's.
    expect(rowsRead).toBeLessThanOrEqual(2 * 1_005 + 60);
  }, 60_000);
});
