/** Communities by the thousand, all with something that is too old. */
import { env } from 'cloudflare:workers';
import { START } from './harness.ts';
import { DAY } from './helpers.ts';

/** So many communities that keep everything for a day, each with a session and a log entry from ten days before START. */
export const addCommunities = async (count: number): Promise<void> => {
  await env.DB.batch([
    env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO communities (public_id, name, created_at, session_retention_days, log_retention_days,
         account_activity_retention_days, sessions_due_at, log_due_at, account_activity_due_at)
       SELECT 'many-' || i, 'Many', 0, 1, 1, 1, 0, 0, 0 FROM n`,
    ).bind(count),
    env.DB.prepare(
      `INSERT INTO sessions (community_id, account_id, started_at, id, server_id, last_seen_at, ended_at, close_kind)
       SELECT id, 'acc', ?1, 'ses-' || id, 1, ?1 + 1, ?1 + 1, 'stopped' FROM communities WHERE public_id LIKE 'many-%'`,
    ).bind(START - 10 * DAY),
    env.DB.prepare(
      `INSERT INTO log_entries (community_id, generation, id, platform, serial, action_type)
       SELECT id, 0, ?1, 'p', 's', 'a' FROM communities WHERE public_id LIKE 'many-%'`,
    ).bind(Math.floor((START - 10 * DAY) / 1000) * 2 ** 20),
    env.DB.prepare(
      `INSERT INTO account_activities (community_id, category, occurred_at, id, record)
       SELECT id, 'PROCESSES_VIEWED', ?1, 'act-' || id, '{}' FROM communities WHERE public_id LIKE 'many-%'`,
    ).bind(START - 10 * DAY),
  ]);
};

/** How many of their sessions, log entries and account activities are left. */
export const left = async (): Promise<number[]> => {
  const counts = await env.DB.batch<{ n: number }>(
    ['sessions', 'log_entries', 'account_activities'].map((table) =>
      env.DB.prepare(
        `SELECT count(*) AS n FROM ${table} WHERE community_id IN (SELECT id FROM communities WHERE public_id LIKE 'many-%')`,
      ),
    ),
  );
  return counts.map(({ results }) => results[0]?.n ?? -1);
};
