import type { Api } from './api.ts';

/** What this checkout would deploy: a deployment is compared with it. */
export interface Expected {
  readonly version: string;
  readonly migrations: readonly string[];
  readonly crons: readonly string[];
  /** How many databases wrangler.toml binds. */
  readonly databases: number;
}

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  /** `wait`: too early to tell. */
  readonly outcome: 'ok' | 'wrong' | 'wait';
  /** What was found; where it is wrong, what to do. */
  readonly text: string;
}

/** A cron trigger of a new deployment can take some minutes to come into force. */
const PATIENCE_MS = 10 * 60_000;
const OFTEN_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;

const ok = (what: string, text: string): Finding => ({ what, outcome: 'ok', text });
const wrong = (what: string, text: string): Finding => ({ what, outcome: 'wrong', text });

/**
 * Looks at a deployment from outside, and by a session of a community of its own, which it deletes afterwards. Changes
 * nothing else. @param now epoch milliseconds
 */
export const examine = async (
  api: Api,
  adminToken: string,
  expected: Expected,
  now: number,
): Promise<Finding[]> => {
  const health = await api.call('GET', '/healthz');
  if (health.status === 0) return [wrong('answer', `${health.problem}. Is ${api.url} right?`)];
  if (health.body?.code === 'UNAVAILABLE') {
    return [
      wrong(
        'secrets',
        'The Worker refuses its own configuration: a secret is too short or still a placeholder, or the database is not bound. Its log says which (npx wrangler tail). Set a secret: openssl rand -hex 32 | npx wrangler secret put ADMIN_TOKEN',
      ),
    ];
  }
  if (health.status !== 200)
    return [wrong('database', `${health.problem}. The Worker runs, and its database does not answer.`)];
  const status = await api.call('GET', '/admin/status', { key: adminToken });
  if (status.status === 401) {
    return [
      ok('answer', 'Worker and database answer.'),
      wrong(
        'operator',
        'ADMIN_TOKEN is not the one of this deployment. Set it anew: npx wrangler secret put ADMIN_TOKEN',
      ),
    ];
  }
  if (status.status === 503) {
    return [
      ok('answer', 'Worker and database answer.'),
      wrong(
        'secrets',
        'The Worker has no ADMIN_TOKEN: openssl rand -hex 32 | npx wrangler secret put ADMIN_TOKEN',
      ),
    ];
  }
  if (status.status === 404)
    return [wrong('version', 'This is no Rollcall, or one before 0.2.0: it has no /admin/status.')];
  if (status.status !== 200) {
    return [wrong('migrations', `${status.problem}. Where the tables are missing: npm run deploy`)];
  }
  const { data } = status.body;
  return [
    ok('answer', 'Worker and database answer.'),
    data.version === expected.version
      ? ok('version', data.version)
      : wrong(
          'version',
          `It runs ${data.version}, this checkout is ${expected.version}. To deploy it: npm run deploy`,
        ),
    data.secrets.TOKEN_SECRET
      ? ok('secrets', 'Both are set.')
      : wrong(
          'secrets',
          '/oauth/token answers 503 without it: openssl rand -hex 32 | npx wrangler secret put TOKEN_SECRET',
        ),
    ...examineSwitches(api, data.localSwitches),
    ...(await examineDatabases(
      api,
      adminToken,
      data.databases ?? [{ ...data, place: 0, available: true }],
      expected,
      now,
    )),
  ];
};

interface Database {
  readonly place: number;
  readonly available: boolean;
  readonly bytes: number;
  readonly communities: number;
  readonly migrations: { readonly applied: readonly string[] };
  readonly triggers: readonly Trigger[];
}

/** Of a database of 10 GB, so much is a reason to add another one. */
const FULL_BYTES = 8e9;

/** Each database that communities live in. Where there are several, its binding stands before what is told of it. */
const examineDatabases = async (
  api: Api,
  adminToken: string,
  databases: readonly Database[],
  expected: Expected,
  now: number,
): Promise<Finding[]> => {
  const findings: Finding[] = [];
  if (databases.length !== expected.databases) {
    findings.push(
      wrong(
        'databases',
        `It has ${databases.length}, and wrangler.toml ${expected.databases}. To deploy them: npm run deploy`,
      ),
    );
  }
  for (const { place, available, bytes, communities, migrations, triggers } of databases) {
    const binding = place === 0 ? 'DB' : `DB_${place}`;
    const add = (more: readonly Finding[]) =>
      findings.push(
        ...more.map((one) => (databases.length > 1 ? { ...one, what: `${binding}: ${one.what}` } : one)),
      );
    if (!available) {
      add([wrong('database', 'It does not answer: its communities get 503. The others are well.')]);
      continue;
    }
    const size = `${communities} communities, ${(bytes / 1e6).toFixed(1)} MB`;
    add([
      examineMigrations(migrations, expected),
      bytes < FULL_BYTES
        ? ok('size', `${size}.`)
        : wrong('size', `${size} of 10,000. Add a database: docs/several-databases.md`),
      ...expected.crons.map((cron) => examineTrigger(cron, triggers, now, databases.length)),
      await examineSession(api, adminToken, databases.length > 1 ? place : undefined),
    ]);
  }
  return findings;
};

const examineMigrations = (
  { applied }: { applied: readonly string[] },
  { migrations }: Expected,
): Finding => {
  const missing = migrations.filter((name) => !applied.includes(name));
  const unknown = applied.filter((name) => !migrations.includes(name));
  if (missing.length > 0) return wrong('migrations', `${missing.join(', ')} missing: npm run deploy`);
  if (unknown.length > 0) {
    return wrong(
      'migrations',
      `The database has ${unknown.join(', ')}, which this checkout has not: it is older than the deployment.`,
    );
  }
  return ok('migrations', `All ${applied.length} are applied.`);
};

/** They hold on this machine only, so they do no harm elsewhere; but somebody believes that they do something. */
const examineSwitches = ({ url }: Api, switches: readonly string[]): Finding[] =>
  switches.length === 0 || /^http:\/\/(localhost|127\.|\[::1\])/.test(url)
    ? []
    : [
        wrong(
          'switches',
          `${switches.join(' and ')} belong to a run on one's own machine, and do nothing here. Remove: npx wrangler secret delete ${switches[0]}`,
        ),
      ];

interface Trigger {
  readonly cron: string;
  readonly ranAt: string;
  readonly failedJobs: readonly string[];
}

/** @param turns the places that a run with a small budget visits one after the other */
const examineTrigger = (cron: string, triggers: readonly Trigger[], now: number, turns: number): Finding => {
  const what = `cron ${cron}`;
  const trigger = triggers.find((one) => one.cron === cron);
  // `*/5` comes every five minutes, all others at most once an hour.
  const isOften = cron.startsWith('*/');
  if (!trigger) {
    return {
      what,
      outcome: 'wait',
      text: `It has not run yet. After a first deployment it takes up to ${isOften ? '15 minutes' : 'an hour'}; then look at Settings, Triggers of the Worker.`,
    };
  }
  const age = now - Date.parse(trigger.ranAt);
  const minutes = Math.round(age / 60_000);
  if (trigger.failedJobs.length > 0) {
    return wrong(
      what,
      `In its last run, ${minutes} min ago, ${trigger.failedJobs.join(', ')} failed: see job_failed in the Worker's log.`,
    );
  }
  return age > (isOften ? OFTEN_MS : HOUR_MS) * turns + (isOften ? OFTEN_MS : PATIENCE_MS)
    ? wrong(what, `It last ran ${minutes} min ago. Look at Settings, Triggers of the Worker, and at its log.`)
    : ok(what, `It ran ${minutes} min ago, and nothing failed.`);
};

/** Starts a session and voids it, in a community that is there for it alone. */
const examineSession = async (api: Api, adminToken: string, place: number | undefined): Promise<Finding> => {
  const what = 'session';
  const community = await api.call('POST', '/admin/communities', {
    key: adminToken,
    body: { name: 'Doctor (deleted at once)', ...(place !== undefined && { place }) },
  });
  if (community.status !== 201) return wrong(what, community.problem);
  const { id, apiKey } = community.body.data;
  try {
    const { key } = apiKey;
    const started = await api.call('POST', '/v2/community/servers/1/activity', {
      key,
      body: { username: 'doctor', forceStart: true },
    });
    if (started.status !== 200) return wrong(what, started.problem);
    const path = `/v2/community/activity/${started.body.data.id}`;
    const voided = await api.call('DELETE', path, { key, body: { reason: 'Started by npm run doctor' } });
    if (voided.status !== 200) return wrong(what, voided.problem);
    return ok(what, 'One was started and declared void.');
  } finally {
    await api.call('DELETE', `/admin/communities/${id}`, { key: adminToken });
  }
};
