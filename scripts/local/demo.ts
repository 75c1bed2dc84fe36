// Before the domain: its statements ask for WITH_DOCS when they are declared.
import '../../src/docs/with-docs.ts';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type CommunityActor, OPERATOR } from '../../src/core/access/actor.ts';
import { createCommunity } from '../../src/core/access/create-community.ts';
import { findCommunity, findKeyHolder } from '../../src/core/access/queries.ts';
import {
  type NewActivity,
  recordAccountActivity,
} from '../../src/core/account-activity/record-account-activity.ts';
import type { AccountRef } from '../../src/core/accounts/identifiers.ts';
import type { Ctx, Services } from '../../src/core/context.ts';
import { appendLogEntries } from '../../src/core/logs/append-log-entries.ts';
import type { NewLogEntry } from '../../src/core/logs/model.ts';
import { type ActivityAction, recordActivity } from '../../src/core/sessions/record-activity.ts';
import { resetServer } from '../../src/core/sessions/reset-server.ts';
import { createServices } from '../../src/deps.ts';
import { databasesOf, type Env } from '../../src/env.ts';
import { CRONS, runJobs } from '../../src/jobs/index.ts';
import { fixedClock } from '../../src/lib/clock.ts';
import { sha256Hex } from '../../src/lib/crypto.ts';

/** The id that ANONYMOUS_COMMUNITY of a local .dev.vars names. */
const DEMO = 'demo';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DAYS = 6;
const SERVER = 1;
const SECOND_SERVER = 2;
const PLAYERS = ['Ana', 'Bram', 'Chidi', 'Dora', 'Emre', 'Freya', 'Goro', 'Hana'] as const;
type Player = (typeof PLAYERS)[number];

export interface Demo {
  /** Undefined where somebody revoked it. */
  readonly key: string | undefined;
  /** What it holds now, for the person who starts. */
  readonly contents: string;
}

/**
 * The demo community. In a database that has none it makes it, with its key, which it keeps in `keyFile`, and the life
 * of the last days.
 */
export const ensureDemo = async (env: Env, keyFile: string): Promise<Demo> => {
  const services = createServices(env, { log: () => {} });
  const now = services.clock.now();
  if (!(await findCommunity(services.db, DEMO))) {
    const { actor, key } = await createDemo(services, now - (DAYS + 1) * DAY);
    writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });
    for (const { at, happen } of life(now)) await happen({ ...servicesAt(services, at), actor });
    // The triggers of those days are made up: no status shall tell of them.
    for (const database of databasesOf(env)) await database.exec('DELETE FROM job_runs');
  }
  const key = existsSync(keyFile) ? readFileSync(keyFile, 'utf8').trim() : undefined;
  const works = key !== undefined && (await findKeyHolder(services.db, await sha256Hex(key), now));
  return { key: works ? key : undefined, contents: await describeContents(env.DB) };
};

const describeContents = async (database: D1Database): Promise<string> => {
  const counts = await database
    .prepare(
      `SELECT (SELECT count(*) FROM accounts WHERE community_id = communities.id) AS accounts,
        (SELECT count(*) FROM sessions WHERE community_id = communities.id) AS sessions,
        (SELECT count(*) FROM sessions WHERE community_id = communities.id AND ended_at IS NULL) AS open,
        (SELECT count(*) FROM log_entries WHERE community_id = communities.id) AS entries
      FROM communities WHERE public_id = ?`,
    )
    .bind(DEMO)
    .first<{ accounts: number; sessions: number; open: number; entries: number }>();
  if (!counts) return 'nothing';
  const { accounts, sessions, open, entries } = counts;
  return `${accounts} players, ${sessions} sessions on servers ${SERVER} and ${SECOND_SERVER} (${open} open now), ${entries} log entries`;
};

const createDemo = async (
  services: Services,
  createdAt: number,
): Promise<{ actor: CommunityActor; key: string }> => {
  const ctx = { ...servicesAt(services, createdAt), actor: OPERATOR };
  const { community, apiKey, key } = await createCommunity(ctx, { id: DEMO, name: DEMO, place: 0 });
  const { id, name, scopes, expiresAt } = apiKey;
  return { actor: { kind: 'api-key', id, name, scopes, expiresAt, community }, key };
};

/** The verbs take the present from their clock: with another one, they do today what happened then. */
const servicesAt = (services: Services, epochMs: number): Omit<Ctx, 'actor'> => ({
  ...services,
  clock: fixedClock(epochMs),
  defer: (work) => void work,
});

interface Happening {
  /** Epoch milliseconds. */
  readonly at: number;
  happen(ctx: Ctx<CommunityActor>): Promise<unknown>;
}

/**
 * What happened in the days before `now`, in its order: every way in which a session can end, and some still open; what
 * devices logged, and what was looked at.
 */
const life = (now: number): Happening[] => {
  const today = Math.floor(now / DAY) * DAY;
  const happenings: Happening[] = [];
  const add = (at: number, happen: Happening['happen']) => happenings.push({ at, happen });
  const act = (at: number, player: Player, action: ActivityAction, more: { clearReason?: string } = {}) =>
    add(at, (ctx) => {
      const serverId = PLAYERS.indexOf(player) % 4 === 3 ? SECOND_SERVER : SERVER;
      return recordActivity(ctx, { serverId, account: accountOf(player), action, ...more });
    });

  for (let daysAgo = DAYS; daysAgo >= 1; daysAgo--) {
    const midnight = today - daysAgo * DAY;
    for (const [index, player] of PLAYERS.entries()) {
      if ((index + daysAgo) % 3 === 0) continue;
      const start = midnight + 17 * HOUR + index * 17 * MINUTE;
      act(start, player, 'start');
      const isStopLost = (index + daysAgo) % 7 === 6;
      if (!isStopLost) act(start + (45 + ((index * 37 + daysAgo * 53) % 150)) * MINUTE, player, 'stop');
    }
    for (let hour = 0; hour < 24; hour += 6) {
      const at = midnight + hour * HOUR;
      for (const cron of CRONS) add(at, (ctx) => runJobs(ctx, { cron, scheduledTime: at }));
    }
  }
  add(today - 4 * DAY + 18.5 * HOUR, (ctx) => resetServer(ctx, { serverId: SERVER }));
  act(today - 2 * DAY + 9 * HOUR, 'Bram', 'start');
  act(today - 2 * DAY + 9.2 * HOUR, 'Bram', 'clear', { clearReason: 'Test of the new server' });
  act(today - DAY + 10 * HOUR, 'Dora', 'start');
  act(today - DAY + 11 * HOUR, 'Dora', 'start');
  act(today - DAY + 12 * HOUR, 'Dora', 'stop');
  act(now - 95 * MINUTE, 'Ana', 'start');
  act(now - 40 * MINUTE, 'Chidi', 'start');
  act(now - 12 * MINUTE, 'Hana', 'start');
  for (let daysAgo = DAYS; daysAgo >= 1; daysAgo--) {
    const at = today - daysAgo * DAY + 12 * HOUR;
    add(at, (ctx) => appendLogEntries(ctx, workOfDevices(at)));
    add(at, (ctx) =>
      recordAccountActivity(ctx, [processViewed(at, PLAYERS[daysAgo % PLAYERS.length] as Player)]),
    );
  }
  return happenings.sort((a, b) => a.at - b.at);
};

/** What a fleet of two devices did in the hour before `at`. */
const workOfDevices = (at: number): NewLogEntry[] =>
  ['device_serial_1', 'device_serial_2'].flatMap((serial, device) =>
    (['start', 'post', 'follow'] as const).map((actionType, index) => ({
      platform: device === 0 ? 'tiktok' : 'instagram',
      serial,
      actionType,
      actionDetail: actionType === 'post' ? 'Published video successfully' : null,
      username: `user${device + 1}`,
      timestamp: Math.floor(at / 1000) - (3 - index) * 1200 + device * 60,
      eventId: null,
    })),
  );

const processViewed = (at: number, player: Player): NewActivity => ({
  category: 'PROCESSES_VIEWED',
  type: 'VIEW',
  user: player,
  time: new Date(at).toISOString(),
  occurredAt: at,
  properties: { spaceName: 'Night shift', processName: 'Opening the server' },
});

const accountOf = (player: Player): AccountRef => [
  { kind: 'discord', value: String(318_000_000_000_000_000n + BigInt(PLAYERS.indexOf(player)) * 7_919n) },
  { kind: 'username', value: player },
];
