import { MIGRATIONS } from '../../db/migrations.ts';
import type { OperatorActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { type JobRun, selectState } from './queries.ts';

/** How an installation is set up, for the operator: nothing of what a community has in it, and no secret. */
export interface Status {
  readonly migrations: { readonly applied: readonly string[]; readonly missing: readonly string[] };
  readonly hasTokenSecret: boolean;
  /** Variables of a local run; a deployed Worker has none. */
  readonly localSwitches: readonly string[];
  /** The last run of each trigger that has run. */
  readonly runs: readonly JobRun[];
}

export const getStatus = async (ctx: Ctx<OperatorActor>): Promise<Status> => {
  const { runs, migrations } = await selectState(ctx.db);
  const { tokenSecret, anonymousCommunityId, allowsPrivateWebhooks } = ctx.config;
  return {
    migrations: { applied: migrations, missing: MIGRATIONS.filter((name) => !migrations.includes(name)) },
    hasTokenSecret: tokenSecret !== undefined,
    localSwitches: [
      ...(anonymousCommunityId === undefined ? [] : ['ANONYMOUS_COMMUNITY']),
      ...(allowsPrivateWebhooks ? ['WEBHOOK_ALLOW_PRIVATE'] : []),
    ],
    runs,
  };
};
