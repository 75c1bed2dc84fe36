/** The SQL of the report: one statement per category, each a range of a primary key or an index, oldest first. */
import { type SQL, sql } from '../../db/sql.ts';
import type { LeafType } from './activity-type.ts';
import { selectByStart } from './start-order-template-queries.ts';

/** Where a report goes on: behind this record in the order of time, category and id. */
export interface ReportPosition {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly category: LeafType;
  readonly id: string;
}

/** A page of one category. Both ends of the period (epoch milliseconds) belong to it. */
export interface CategoryPage {
  readonly communityId: number;
  readonly category: LeafType;
  readonly from: number;
  readonly to: number;
  readonly after: ReportPosition | undefined;
  /** Only records that show this user: those of logins are told by the name, which their rows have not. */
  readonly user?: string | undefined;
  readonly limit: number;
}

/** Statement: the rows of the page, with `at` and `id` as their position and what the category's record is made of. */
export const selectCategoryPage = (page: CategoryPage): SQL => {
  const { communityId, category, limit } = page;
  switch (category) {
    case 'LOGINS':
      return sql`
        SELECT started_at AS at, id, account_id, ended_at, close_kind FROM (${selectByStart(communityId, {
          columns: sql`started_at, id, account_id, ended_at, close_kind`,
          open: isListed(page),
          closed: isListed(page),
          direction: 'ASC',
        })} LIMIT ${limit})`;
    case 'USERS_JOINED':
      return sql`
        SELECT created_at AS at, id, joined_as FROM accounts INDEXED BY accounts_by_creation
        WHERE community_id = ${communityId} AND ${isWithin(page, 'created_at', 'id')}
          AND ${isOf(page, sql`coalesce(joined_as, id)`)}
        ORDER BY created_at, id LIMIT ${limit}`;
    case 'ACCOUNT_CHANGED':
      return sql`
        SELECT occurred_at AS at, sequence AS id, type, user, message, properties
        FROM audit_records INDEXED BY audit_records_by_time
        WHERE community_id = ${communityId} AND type <> 'RECORDS_SEALED'
          AND ${isWithin(page, 'occurred_at', 'sequence')} AND ${isOf(page, sql`user`)}
        ORDER BY occurred_at, sequence LIMIT ${limit}`;
    default:
      return sql`
        SELECT occurred_at AS at, id, record FROM account_activities
        WHERE community_id = ${communityId} AND category = ${category} AND ${isWithin(page, 'occurred_at', 'id')}
          AND ${isOf(page, sql`record ->> 'user'`)}
        ORDER BY occurred_at, id LIMIT ${limit}`;
  }
};

const isOf = ({ user }: CategoryPage, shown: SQL): SQL =>
  user === undefined ? sql`1` : sql`${shown} = ${user}`;

/** Condition: a session that the report lists. */
const isListed = (page: CategoryPage): SQL => sql`
  ${isWithin(page, 'started_at', 'id')} AND close_kind IS NOT 'cleared' AND voided_at IS NULL`;

/** Condition: in the period and behind `after`. Records of one instant are in the order of their categories. */
const isWithin = ({ category, from, to, after }: CategoryPage, at: string, id: string): SQL => {
  const upper = sql`${sql.raw(at)} <= ${sql.integer(to)}`;
  if (!after) return sql`${sql.raw(at)} >= ${sql.integer(from)} AND ${upper}`;
  const lower = sql.integer(after.at);
  if (category === after.category) {
    // The audit trail's ids are numbers.
    const afterId = category === 'ACCOUNT_CHANGED' ? Number(after.id) : after.id;
    return sql`(${sql.raw(`${at}, ${id}`)}) > (${lower}, ${afterId}) AND ${upper}`;
  }
  return category > after.category
    ? sql`${sql.raw(at)} >= ${lower} AND ${upper}`
    : sql`${sql.raw(at)} > ${lower} AND ${upper}`;
};
