/** docs/console.md: what an open console costs. Its tables are made of what the calls of each view cost here. */
import { expect, it } from 'vitest';
import spanish from '../../docs/console.es.md?raw';
import guide from '../../docs/console.md?raw';
import { START } from '../harness.ts';
import { DAY, HOUR, MINUTE, setUp } from '../helpers.ts';

const PEOPLE = 200;
const SESSIONS = 5600;
const ON_NOW = 150;
const SERVERS = 8;

it('has the figures that the calls cost', { timeout: 60_000 }, async () => {
  const { app, key } = await setUp();
  const iso = (at: number) => new Date(at).toISOString();
  // 28 days that end with the day before: each person once a day, for half an hour to three hours.
  const today = Math.floor(START / DAY) * DAY;
  const lines = Array.from({ length: SESSIONS }, (_, index) => {
    const start = today - (1 + Math.floor(index / PEOPLE)) * DAY + (index % 20) * HOUR;
    const end = start + (30 + ((index * 7) % 150)) * MINUTE;
    return `p-${index % PEOPLE},Person ${index % PEOPLE},${1 + (index % SERVERS)},${iso(start)},${iso(end)}`;
  });
  for (let from = 0; from < SESSIONS; from += 1000) {
    const answer = await app.post('/v2/community/activity/import', {
      key,
      headers: { 'Content-Type': 'text/csv' },
      body: ['apiId,username,serverId,start,end', ...lines.slice(from, from + 1000)].join('\n'),
    });
    expect(answer.status).toBe(200);
  }
  for (let server = 1; server <= SERVERS; server++) {
    const accounts = Array.from({ length: ON_NOW }, (_, n) => ({ apiId: `p-${n}` })).filter(
      (_, n) => 1 + (n % SERVERS) === server,
    );
    const answer = await app.put(`/v2/community/servers/${server}/activity/roster`, {
      key,
      body: { accounts },
    });
    expect(answer.status).toBe(200);
  }
  app.clock.advance(MINUTE);
  const entries = Array.from({ length: 1000 }, (_, n) => ({
    platform: `platform ${n % 5}`,
    serial: `phone-${n % 40}`,
    action_type: `action ${n % 8}`,
    timestamp: Math.floor(START / 1000) - n,
  }));
  expect((await app.post('/api/v1/activity_log', { key, body: entries })).status).toBe(200);

  const day = (at: number) => iso(at).slice(0, 10);
  const summary = (from: number, to: number, more: string) =>
    `/v2/community/activity/summary?from=${day(from)}&to=${day(to)}&limit=5000&${more}`;
  const NAMES = '/v2/community/servers?include=all';
  const IDENTIFIED = '/v2/community/activity?status=open&limit=1000';
  const OPEN = `${IDENTIFIED}&includeIdentifiers=false`;
  const online = (length: number, step: string, stepMs: number) =>
    `/v2/community/activity/online?from=${iso(today + stepMs - length)}&to=${iso(today + stepMs)}&step=${step}`;
  const found = await app.get('/v2/community/accounts/search?username=Person 7', { key });
  const accId: string = found.body.data.items[0].accId;
  const week = today - 7 * DAY;
  const log = '/api/v1/activity_log';

  /** The calls and rows of some paths; a list that goes on is read to its end where a view needs all of it. */
  const costOf = async (...paths: string[]) => {
    let calls = 0;
    const { rowsRead } = await app.measure(async () => {
      for (const path of paths) {
        let cursor: string | null = '';
        while (cursor !== null) {
          calls++;
          const answer = await app.get(`${path}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, {
            key,
          });
          expect(answer.status, path).toBe(200);
          cursor = path.includes('/summary') ? answer.body.data.nextCursor : null;
        }
      }
    });
    return { calls, rowsRead };
  };
  await costOf(OPEN);
  const n = (value: number) => value.toLocaleString('en-US');

  const open = await costOf(OPEN);
  const identified = await costOf(IDENTIFIED);
  const curve = await costOf(online(DAY, 'quarter-hour', 15 * MINUTE));
  const curves = await costOf(online(7 * DAY, 'hour', HOUR));
  const names = await costOf(NAMES);
  expectLike(`rows read with ${ON_NOW} people on`);
  expectLike(`and so on | ${n(open.rowsRead)} |`);
  expectLike(`every minute while somebody is looked for | ${n(identified.rowsRead)} |`);
  expectLike(`${n(curve.rowsRead)} for a day, ${n(curves.rowsRead)} for a week |`);
  expectLike(`| names of servers | every 5 minutes | ${n(names.rowsRead)} |`);

  const HOURS = 8;
  // Beyond 100 people every 40 seconds.
  const turns = { open: HOURS * 90, curve: HOURS * 12, names: HOURS * 12 };
  const calls = turns.open + turns.curve + turns.names;
  const rows = turns.open * open.rowsRead + turns.curve * curve.rowsRead + turns.names * names.rowsRead;
  expectLike(`eight hours is about ${n(calls)} calls and ${(rows / 1e6).toFixed(1)} million rows read`);

  const views = [
    ['Hours, week', await costOf(summary(week, week + 6 * DAY, 'groupBy=account,day'), NAMES)],
    ['Hours, ranking of a week', await costOf(summary(week, week + 6 * DAY, 'groupBy=account'))],
    [
      'Hours, pattern of four weeks',
      await costOf(summary(today - 28 * DAY, today - DAY, 'groupBy=weekday-hour')),
    ],
    ['People', await costOf('/v2/community/accounts?limit=100')],
    [
      'a person',
      await costOf(
        `/v2/community/accounts/${accId}`,
        summary(today - 364 * DAY, today, `groupBy=day&accId=${accId}`),
        `/v2/community/activity?accId=${accId}&from=${iso(today - 15 * DAY)}&to=${iso(today + DAY)}&limit=100&includeVoided=true`,
      ),
    ],
    ['Servers', await costOf(summary(week + DAY, today, 'groupBy=server'), NAMES)],
    ['Log, without filters', await costOf(`${log}?limit=100`, `${log}/count`, `${log}/stats`)],
    ["a page of the log's file, 1,000 rows", await costOf(`${log}?limit=1000`)],
  ] as const;
  for (const [name, cost] of views) expectLike(`| ${name} | ${cost.calls} | ${n(cost.rowsRead)} |`);
  expect(missing).toEqual([]);
});

it('has the same figures in Spanish', () => {
  const figuresAfter = (text: string, heading: string) => {
    const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0];
    expect(section, heading).toBeDefined();
    return (section?.match(/^\|.*\d.*$|^.*(?:million|millones).*$/gm) ?? []).map((line) =>
      [...line.matchAll(FIGURE)].map(([figure]) => figure.replaceAll(/[.,]/g, '')),
    );
  };
  const english = figuresAfter(guide, 'What an open console costs');
  expect(english.length).toBeGreaterThan(11);
  expect(figuresAfter(spanish, 'Lo que cuesta una consola abierta')).toEqual(english);
});

const missing: string[] = [];
const FIGURE = /[\d,.]*\d/g;

/** Expects a part of a line that says the same, and of whose figures none is more than a tenth off. */
const expectLike = (text: string): void => {
  const wanted = (text.match(FIGURE) ?? []).map((figure) => Number(figure.replaceAll(',', '')));
  const parts = text.split(FIGURE).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const found = new RegExp(parts.join('([\\d,.]*\\d)')).exec(guide);
  const isLike =
    found !== null &&
    wanted.every((figure, place) => {
      const share = Number(found[place + 1]?.replaceAll(',', '')) / figure;
      return share > 0.9 && share < 1.1;
    });
  if (!isLike) missing.push(text);
};
