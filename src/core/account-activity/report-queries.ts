/** The SQL of the report: one statement per category, each a range of a primary key or an index, oldest first. */
import type { Json } from '../../db/json.ts';
import type { accounts, auditRecords, sessions } from '../../db/schema/index.ts';
import {
  type Names,
  type RowOf,
  type SQL,
  type Statement,
  sql,
  statementByShape,
} from '../../db/statement.ts';
import { nameOf } from '../accounts/name-queries.ts';
import { selectByStart } from '../sessions/start-order-queries.ts';
import type { ActivityRecord } from './activity-record.ts';
import type { LeafType } from './activity-type.ts';

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

interface Position<Id> {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly id: Id;
}

/** Sessions that were not cleared. */
export interface LoginRow extends Position<string>, Pick<RowOf<typeof sessions>, 'account_id' | 'ended_at'> {
  readonly close_kind: Exclude<RowOf<typeof sessions>['close_kind'], 'cleared'>;
  /** What the account is called. */
  readonly name: string | null;
}
export interface JoinRow extends Position<string>, Pick<RowOf<typeof accounts>, 'joined_as'> {}
export interface ChangeRow
  extends Position<number>,
    Pick<RowOf<typeof auditRecords>, 'type' | 'user' | 'message'> {
  readonly properties: Json<Readonly<Record<string, string>>>;
}
/** A record that came in from outside. */
export interface StoredRow extends Position<string> {
  readonly record: Json<ActivityRecord>;
}
/** A row of the report: its position, and what the category's record is made of. */
export type ReportRow = LoginRow | JoinRow | ChangeRow | StoredRow;

interface PageShape {
  /** Whether it goes on behind a record of the same category; then `from` is that one's time. */
  readonly isBehind: boolean;
  readonly hasUser: boolean;
}
interface PageValues {
  readonly communityId: number;
  readonly category: LeafType;
  readonly from: number;
  readonly to: number;
  /** The id of that record; else null. */
  readonly afterId: string | number | null;
  readonly user: string | null;
  readonly limit: number;
}
type $ = Names<PageValues>;

/** Condition: in the period, and behind the record that the page goes on from. */
const isWithin = ({ isBehind }: PageShape, $: $, at: string, id: string): SQL =>
  isBehind
    ? sql`(${sql.raw(`${at}, ${id}`)}) > (${$.from}, ${$.afterId}) AND ${sql.raw(at)} <= ${$.to}`
    : sql`${sql.raw(at)} >= ${$.from} AND ${sql.raw(at)} <= ${$.to}`;

const isOf = ({ hasUser }: PageShape, $: $, shown: SQL): SQL =>
  hasUser ? sql`${shown} = ${$.user}` : sql`1`;

/** For the test that prepares each statement. */
const shapes = (): PageShape[] =>
  [true, false].flatMap((isBehind) => [true, false].map((hasUser) => ({ isBehind, hasUser })));

/** The names come with them, at a row read each: to ask for them behind would be a second trip. */
const selectLogins = statementByShape<PageShape, PageValues, LoginRow>((shape, $) => {
  const isListed = sql`
    ${isWithin(shape, $, 'started_at', 'id')} AND close_kind IS NOT 'cleared' AND voided_at IS NULL`;
  const page = selectByStart($.communityId, {
    columns: sql`started_at, id, account_id, ended_at, close_kind`,
    open: isListed,
    closed: isListed,
    direction: 'ASC',
  });
  return sql`
    SELECT started_at AS at, id, account_id, ended_at, close_kind,
      ${nameOf(sql`${$.communityId}`, sql`login.account_id`)} AS name
    FROM (${page} LIMIT ${$.limit}) AS login`;
}, WITH_DOCS && shapes());

const selectJoins = statementByShape<PageShape, PageValues, JoinRow>(
  (shape, $) => sql`
    SELECT created_at AS at, id, joined_as FROM accounts INDEXED BY accounts_by_creation
    WHERE community_id = ${$.communityId} AND ${isWithin(shape, $, 'created_at', 'id')}
      AND ${isOf(shape, $, sql`coalesce(joined_as, id)`)}
    ORDER BY created_at, id LIMIT ${$.limit}`,
  WITH_DOCS && shapes(),
);

const selectChanges = statementByShape<PageShape, PageValues, ChangeRow>(
  (shape, $) => sql`
    SELECT occurred_at AS at, sequence AS id, type, user, message, properties
    FROM audit_records INDEXED BY audit_records_by_time
    WHERE community_id = ${$.communityId} AND type <> 'RECORDS_SEALED'
      AND ${isWithin(shape, $, 'occurred_at', 'sequence')} AND ${isOf(shape, $, sql`user`)}
    ORDER BY occurred_at, sequence LIMIT ${$.limit}`,
  WITH_DOCS && shapes(),
);

const selectStored = statementByShape<PageShape, PageValues, StoredRow>(
  (shape, $) => sql`
    SELECT occurred_at AS at, id, record FROM account_activities
    WHERE community_id = ${$.communityId} AND category = ${$.category}
      AND ${isWithin(shape, $, 'occurred_at', 'id')} AND ${isOf(shape, $, sql`record ->> 'user'`)}
    ORDER BY occurred_at, id LIMIT ${$.limit}`,
  WITH_DOCS && shapes(),
);

/** Statement: the rows of the page. */
export const selectCategoryPage = (page: CategoryPage): Statement<ReportRow> => {
  const { communityId, category, from, to, after, user, limit } = page;
  const isBehind = category === after?.category;
  const shape = { isBehind, hasUser: user !== undefined };
  const values: PageValues = {
    communityId,
    category,
    // Records of one instant are in the order of their categories.
    from: after ? (category >= after.category ? after.at : after.at + 1) : from,
    to,
    // The audit trail's ids are numbers.
    afterId: isBehind ? (category === 'ACCOUNT_CHANGED' ? Number(after.id) : after.id) : null,
    user: user ?? null,
    limit,
  };
  switch (category) {
    case 'LOGINS':
      return selectLogins({ ...shape, hasUser: false }, values);
    case 'USERS_JOINED':
      return selectJoins(shape, values);
    case 'ACCOUNT_CHANGED':
      return selectChanges(shape, values);
    default:
      return selectStored(shape, values);
  }
};
