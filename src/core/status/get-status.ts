import { type Database, pingDatabase } from '../../db/client.ts';
import { MIGRATIONS } from '../../db/migrations.ts';
import type { OperatorActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { requireAnswers } from '../places.ts';
import { type JobRun, selectState } from './queries.ts';

/** How an installation is set up, for the operator: nothing of what a community has in it, and no secret. */
export interface Status {
  readonly hasTokenSecret: boolean;
  /** Variables of a local run; a deployed Worker has none. */
  readonly localSwitches: readonly string[];
  readonly databases: readonly DatabaseStatus[];
}

/** One of the databases that communities live in. */
export interface DatabaseStatus {
  readonly place: number;
  /** Whether it answers; where it does not, nothing is known of it. */
  readonly isAvailable: boolean;
  readonly bytes: number;
  readonly communities: number;
  readonly migrations: { readonly applied: readonly string[]; readonly missing: readonly string[] };
  /** The last run of each trigger that has run there. */
  readonly runs: readonly JobRun[];
}

const statusOf = async (db: Database): Promise<DatabaseStatus> => {
  const [bytes, { migrations, ...state }] = await Promise.all([pingDatabase(db), selectState(db)]);
  const missing = MIGRATIONS.filter((name) => !migrations.includes(name));
  return {
    place: db.place,
    isAvailable: true,
    bytes,
    migrations: { applied: migrations, missing },
    ...state,
  };
};

const UNKNOWN = {
  isAvailable: false,
  bytes: 0,
  communities: 0,
  migrations: { applied: [], missing: [] },
  runs: [],
} as const;

/** @throws what D1 throws where no database answers */
export const getStatus = async (ctx: Ctx<OperatorActor>): Promise<Status> => {
  const answers = await Promise.allSettled(ctx.places.map(statusOf));
  if (answers.every(({ status }) => status === 'rejected')) requireAnswers(answers);
  const { tokenSecret, anonymousCommunityId, allowsPrivateWebhooks } = ctx.config;
  return {
    databases: answers.map((answer, place) =>
      answer.status === 'fulfilled' ? answer.value : { place, ...UNKNOWN },
    ),
    hasTokenSecret: tokenSecret !== undefined,
    localSwitches: [
      ...(anonymousCommunityId === undefined ? [] : ['ANONYMOUS_COMMUNITY']),
      ...(allowsPrivateWebhooks ? ['WEBHOOK_ALLOW_PRIVATE'] : []),
    ],
  };
};
