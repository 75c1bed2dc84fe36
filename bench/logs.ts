/**
 * `node bench/logs.ts`: log entries per second in batches of 1000, beside a raw Worker that stores the same rows in the
 * same tables without validation, event ids, results per entry, or a credential of its own. Loopback only; ends by
 * itself.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { bundleWorker } from '../scripts/local/bundle.ts';

const ADMIN_TOKEN = 'bench-admin-token-0000000000000000000000';
const BATCH = 1_000;
const BATCHES = 30;
const CONNECTIONS = 4;
const ROUNDS = 5;

const RAW = `export default {
  async fetch(request, { DB }) {
    const entries = await request.json();
    const second = Math.floor(Date.now() / 1000);
    const rows = entries.map((e) => [e.platform, e.serial, e.action_type, e.action_detail, e.username]);
    const [{ results }] = await DB.batch([
      DB.prepare(\`INSERT INTO log_entries
          (community_id, generation, id, platform, serial, action_type, action_detail, username)
        SELECT 'raw', 0, base + key, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4
        FROM (SELECT COALESCE(MAX(id) + 1, ?1 << 20) AS base FROM log_entries
          WHERE community_id = 'raw' AND generation = 0 AND id >= ?1 << 20), json_each(?2)
        RETURNING id\`).bind(second, JSON.stringify(rows)),
      DB.prepare(\`INSERT INTO log_counters (community_id, action_type, platform, count)
        SELECT 'raw', value ->> 2, value ->> 0, COUNT(*) FROM json_each(?1) WHERE true GROUP BY 2, 3
        ON CONFLICT DO UPDATE SET count = count + excluded.count\`).bind(JSON.stringify(rows)),
    ]);
    return Response.json({ code: 0, message: 'success', data: { ids: results.map(({ id }) => id) } });
  },
};`;

/** A Worker with its own D1, on a socket of its own, without the proxy of `wrangler dev`. */
const open = async (script: string) => {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      compatibilityDate: '2026-10-23',
      d1Databases: { DB: 'bench' },
      bindings: { ADMIN_TOKEN },
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    }),
  );
  const database = await miniflare.getD1Database('DB');
  const migrations = readdirSync('drizzle').filter((name) => name.endsWith('.sql'));
  for (const file of migrations.sort()) {
    const statements = readFileSync(`drizzle/${file}`, 'utf8').split('--> statement-breakpoint');
    await database.batch(statements.map((statement) => database.prepare(statement)));
  }
  return { miniflare, url: (await miniflare.unsafeGetDirectURL()).origin };
};

const post = async (url: string, body: string, key = ''): Promise<{ data: Record<string, unknown> }> => {
  const response = await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${key}` }, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
};

const body = JSON.stringify(
  Array.from({ length: BATCH }, (_, n) => ({
    platform: ['tiktok', 'instagram', 'youtube'][n % 3],
    serial: `device_serial_${(n * 7919) % 1000}`,
    action_type: ['post', 'follow', 'comment', 'like'][(n * 31) % 4],
    action_detail: 'Published video successfully',
    username: `user${n % 100}`,
  })),
);

/** Entries per second of one round. */
const round = async (url: string, key: string): Promise<number> => {
  let left = BATCHES;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left-- > 0) {
        const { data } = await post(url, body, key);
        if ((data.ids as number[]).length !== BATCH) throw new Error('A batch was not stored whole.');
      }
    }),
  );
  return (BATCH * BATCHES * 1000) / (performance.now() - begin);
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const raw = await open(RAW);
const ours = await open((await bundleWorker()).script);
try {
  const created = await post(`${ours.url}/admin/communities`, '{"name":"Bench"}', ADMIN_TOKEN);
  const { key } = created.data.apiKey as { key: string };
  const samples = { raw: [] as number[], ours: [] as number[] };
  for (let n = 0; n < ROUNDS; n++) {
    samples.raw.push(await round(raw.url, ''));
    samples.ours.push(await round(`${ours.url}/api/v1/activity_log`, key));
  }
  const [a, b] = [median(samples.raw), median(samples.ours)];
  console.log(`log entries/s, batches of ${BATCH}, ${CONNECTIONS} connections, median of ${ROUNDS} rounds`);
  console.log(`raw Worker ${a.toFixed(0)}, Rollcall ${b.toFixed(0)}: ${(b / a).toFixed(2)}`);
} finally {
  await Promise.all([raw.miniflare.dispose(), ours.miniflare.dispose()]);
}
