import { type Names, type SQL, sql, statement } from '../../db/statement.ts';
import { refuseWhere } from '../access/quota-queries.ts';

interface Day {
  readonly communityId: number;
  /** Days since 1970. */
  readonly day: number;
}

/** Expression: how many entries were added on that day, of any kind. */
const addedOn = ($: Names<Day>): SQL => sql`
  (SELECT coalesce(sum(added), 0) FROM log_counters WHERE community_id = ${$.communityId} AND day = ${$.day})`;

/** How many entries were added on that day: a row read for each kind of entry. */
export const selectAdded = statement<Day, { added: number }>(($) => sql`SELECT ${addedOn($)} AS added`);

/** Fails its batch (`isBeyondQuota`) where more than `max` entries were added on that day. */
export const refuseMoreOn = statement<Day & { readonly max: number }>(($) =>
  refuseWhere(sql`${addedOn($)} > ${$.max}`),
);
