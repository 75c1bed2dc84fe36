/** docs/plans.md: what fits into which plan. Its table is made of what our calls cost here, and may be a tenth off. */
import { expect, it } from 'vitest';
import plans from '../../docs/plans.md?raw';
import { MINUTE, setUp } from '../helpers.ts';

const PLAYERS = 30;
/** A player stays for an hour, so each of the 30 places has 24 sessions a day. */
const SESSIONS = PLAYERS * 24;
const ROSTERS = 24 * 60;

interface Rows {
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

it('has the figures that the calls cost', async () => {
  const { app, key } = await setUp();
  const call = (method: 'post' | 'put', path: string, body: object) =>
    app.measure(async () => {
      const answer = await app[method](`/v2/community/servers/1/activity${path}`, { key, body });
      expect(answer.status).toBe(200);
    });
  const names = Array.from({ length: PLAYERS + 1 }, (_, n) => ({ apiId: `p${n}` }));
  const roster = (accounts: object[]) => {
    app.clock.advance(MINUTE);
    return call('put', '/roster', { accounts });
  };
  await roster(names);
  await roster(names.slice(1));
  const all = names.slice(0, PLAYERS);
  await roster(all);
  await roster(all);
  const stays = await roster(all);
  const goes = await roster(names.slice(1, PLAYERS));
  const comes = await roster(all);
  app.clock.advance(MINUTE);
  await call('post', '/heartbeat', { accounts: all });
  app.clock.advance(MINUTE);
  const beats = await call('post', '/heartbeat', { accounts: all });
  app.clock.advance(MINUTE);
  const beat = await call('post', '/heartbeat', { accounts: [names[0]] });
  const stop = await call('post', '', { apiId: 'p1', forceStop: true });
  const start = await call('post', '', { apiId: 'p1', forceStart: true });

  const minus = (a: Rows, b: Rows): Rows => ({
    rowsRead: Math.max(0, a.rowsRead - b.rowsRead),
    rowsWritten: a.rowsWritten - b.rowsWritten,
  });
  const day = (...parts: [number, Rows][]) =>
    parts.reduce(
      (sum, [times, { rowsRead, rowsWritten }]) => ({
        rowsRead: sum.rowsRead + times * rowsRead,
        rowsWritten: sum.rowsWritten + times * rowsWritten,
      }),
      { rowsRead: 0, rowsWritten: 0 },
    );
  const ways = [
    {
      name: 'a roster a minute',
      calls: ROSTERS,
      ...day([ROSTERS, stays], [SESSIONS, minus(comes, stays)], [SESSIONS, minus(goes, stays)]),
    },
    {
      name: 'a roster every two minutes',
      calls: ROSTERS / 2,
      ...day([ROSTERS / 2, stays], [SESSIONS, minus(comes, stays)], [SESSIONS, minus(goes, stays)]),
    },
    {
      name: 'a roster a minute, and a call for each join and leave',
      calls: ROSTERS + 2 * SESSIONS,
      ...day([ROSTERS, stays], [SESSIONS, start], [SESSIONS, stop]),
    },
    {
      name: 'joins, leaves, and one heartbeat call a minute for all',
      calls: ROSTERS + 2 * SESSIONS,
      ...day([ROSTERS, beats], [SESSIONS, start], [SESSIONS, stop]),
    },
    {
      name: 'joins, leaves, and a heartbeat call a minute for each',
      calls: ROSTERS * PLAYERS + 2 * SESSIONS,
      ...day([ROSTERS * PLAYERS, beat], [SESSIONS, start], [SESSIONS, stop]),
    },
  ];
  const FREE = { calls: 100_000, rowsRead: 5_000_000, rowsWritten: 100_000 };
  const n = (value: number) => Math.round(value).toLocaleString('en-US');
  const lines = ways.flatMap(({ name, ...one }) =>
    [1, 10, 25].map((servers) => {
      const [calls, read, written] = [one.calls, one.rowsRead, one.rowsWritten].map((x) => x * servers) as [
        number,
        number,
        number,
      ];
      const misses = [
        ...(calls > FREE.calls ? ['requests'] : []),
        ...(read > FREE.rowsRead ? ['rows read'] : []),
        ...(written > FREE.rowsWritten ? ['rows written'] : []),
      ];
      return `| ${name} | ${servers} | ${n(calls)} | ${n(read)} | ${n(written)} | ${misses.length === 0 ? 'yes' : `no: ${misses.join(', ')}`} | ${dollars({ calls, read, written })} |`;
    }),
  );
  const written = plans.split('\n');
  for (const line of lines) expectLike(written, line);
  const many = ways.find(({ name }) => name.includes('each join and leave'));
  if (!many) throw new Error('The reference case is gone');
  const [calls, read, rows] = [many.calls * 1000, many.rowsRead * 1000, many.rowsWritten * 1000];
  expectLike(
    written,
    `${n(calls * 30)} requests, ${n(read * 30)} rows read and ${n(rows * 30)} rows written a month: ${dollars({ calls, read, written: rows })}.`,
  );
});

const FIGURE = /[\d,.]*\d/g;

/** Expects a line that says the same, and of whose figures none is more than a tenth off. */
const expectLike = (written: readonly string[], line: string): void => {
  const shape = (text: string) =>
    text.replaceAll(FIGURE, '#').replace(/#/, text.match(/\| (?:1|10|25) \|/)?.[0] ?? '#');
  const found = written.find((text) => shape(text) === shape(line));
  expect(found, `docs/plans.md has no line like: ${line}`).toBeDefined();
  const figures = (text: string) =>
    (text.match(FIGURE) ?? []).map((figure) => Number(figure.replaceAll(',', '')));
  const own = figures(found ?? '');
  for (const [place, figure] of figures(line).entries()) {
    const share = (own[place] ?? 0) / figure;
    expect(share > 0.9 && share < 1.1, `docs/plans.md should say: ${line}`).toBe(true);
  }
};

/** A month of 30 days on the paid plan, as priced in 2026: $5 with what is included, then by the million. */
const dollars = ({ calls, read, written }: { calls: number; read: number; written: number }): string => {
  const over = (perDay: number, included: number) => Math.max(0, perDay * 30 - included) / 1e6;
  // 2 ms of CPU a call is more than any of these takes (docs/benchmarks.md).
  const cost =
    5 +
    over(calls, 10e6) * 0.3 +
    over(calls * 2, 30e6) * 0.02 +
    over(read, 25e9) * 0.001 +
    over(written, 50e6) * 1;
  return `$${cost.toFixed(2)}`;
};
