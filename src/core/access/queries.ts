import {
  and,
  asc,
  type SQL as DrizzleSQL,
  sql as drizzleSql,
  eq,
  gt,
  inArray,
  isNull,
  or,
} from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Database, repeating } from '../../db/client.ts';
import * as schema from '../../db/schema/index.ts';
import { sql as namedSql, statement, statementByShape } from '../../db/statement.ts';
import type { Community } from './actor.ts';
import { parseScopes, type Scope } from './scopes.ts';
import { type SettingsPatch, toSettings } from './settings.ts';

const { apiKeys, communities } = schema;

/** An API key as its owner sees it: everything but the key. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
  /** How late its calls may come; null: a day. */
  readonly lateSeconds: number | null;
}

export const toApiKey = (row: typeof apiKeys.$inferSelect): ApiKey => ({
  id: row.id,
  name: row.name,
  scopes: parseScopes(row.scopes),
  createdAt: row.createdAt,
  lastUsedAt: row.lastUsedAt,
  expiresAt: row.expiresAt,
  lateSeconds: row.lateSeconds,
});

export const toCommunity = (row: typeof communities.$inferSelect): Community => ({
  id: row.id,
  publicId: row.publicId,
  name: row.name,
  createdAt: row.createdAt,
  settings: toSettings(row),
  hasWebhooks: row.hasWebhooks,
  auditHead: { sequence: row.auditSequence, hash: row.auditHash },
});

/** `last_used_at` is for people, so an hour is exact enough: at most one write per key and hour. */
const LAST_USED_STEP_MS = 3_600_000;

export interface KeyHolder {
  readonly key: ApiKey;
  readonly hash: string;
  readonly community: Community;
}

/** Who holds the key with this hash, unless it is revoked, expired or of a deleted community. */
export const findKeyHolder = (db: Database, hash: string, now: number): Promise<KeyHolder | undefined> =>
  findHolder(db, eq(apiKeys.hash, hash), now);

/** The same of the key with this id: for who has proven to hold it before. */
export const findKeyHolderById = (db: Database, id: string, now: number): Promise<KeyHolder | undefined> =>
  findHolder(db, eq(apiKeys.id, id), now);

const findHolder = async (
  db: Database,
  isIt: ReturnType<typeof eq>,
  now: number,
): Promise<KeyHolder | undefined> => {
  const isUsable = and(
    isIt,
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
  );
  // Two selects, not a join: in a batch D1 names columns, and both tables have an `id`.
  const read = () =>
    db.batch([
      db.select().from(apiKeys).where(isUsable),
      db
        .select()
        .from(communities)
        .where(
          and(
            inArray(communities.id, db.select({ id: apiKeys.communityId }).from(apiKeys).where(isUsable)),
            isNull(communities.deletedAt),
          ),
        ),
    ]);
  const [[key], [community]] = await repeating(read, () => true);
  return key && community && { key: toApiKey(key), hash: key.hash, community: toCommunity(community) };
};

/** Whether `noteKeyUsed` has something to write. */
export const isUseDue = ({ lastUsedAt }: ApiKey, now: number): boolean =>
  lastUsedAt === null || lastUsedAt < now - LAST_USED_STEP_MS;

/** Statement: notes when a key was used. */
export const noteKeyUsed = statement<{ id: string; now: number }>(
  ($) => namedSql`
    UPDATE api_keys SET last_used_at = ${$.now} WHERE id = ${$.id} AND coalesce(last_used_at, 0) < ${$.now}`,
);

/** A community by its id inside, or by the one on the wire. */
export type CommunityKey = number | string;

const isLiving = (key: CommunityKey) =>
  and(
    typeof key === 'number' ? eq(communities.id, key) : eq(communities.publicId, key),
    isNull(communities.deletedAt),
  );

/** Expression: the id inside of a community that the same batch creates. */
export const idOfCommunity = (publicId: string) =>
  drizzleSql<number>`(SELECT id FROM communities WHERE public_id = ${publicId})`;

export const findCommunity = async (db: Database, key: CommunityKey): Promise<Community | undefined> => {
  const [row] = await db.select().from(communities).where(isLiving(key));
  return row && toCommunity(row);
};

/** Communities by age, after the one with the id (on the wire) `afterId`. */
export const selectCommunities = async (
  db: Database,
  afterId: string | undefined,
  limit: number,
): Promise<Community[]> => {
  const rows = await db
    .select()
    .from(communities)
    .where(
      and(
        isNull(communities.deletedAt),
        afterId === undefined ? undefined : gt(communities.id, idOfCommunity(afterId)),
      ),
    )
    .orderBy(asc(communities.id))
    .limit(limit);
  return rows.map(toCommunity);
};

/** What a new retention means: the job looks at once, or never again. */
const dueAtOnce = (changes: SettingsPatch) => {
  const dueAt = (days: number | null | undefined) => (days === null ? null : 0);
  return {
    ...(changes.sessionRetentionDays !== undefined && { sessionsDueAt: dueAt(changes.sessionRetentionDays) }),
    ...(changes.logRetentionDays !== undefined && { logDueAt: dueAt(changes.logRetentionDays) }),
    ...(changes.accountActivityRetentionDays !== undefined && {
      accountActivityDueAt: dueAt(changes.accountActivityRetentionDays),
    }),
  };
};

/** Statement. */
export const insertCommunity = (
  db: Database,
  community: { publicId: string; name: string; createdAt: number },
  settings: SettingsPatch,
) =>
  db
    .insert(communities)
    .values({ ...community, ...settings, ...dueAtOnce(settings) })
    .returning();

/** Statement: changes what is given and returns the row, if the community lives. */
export const updateCommunity = (
  db: Database,
  id: number,
  changes: { name?: string | undefined } & SettingsPatch,
) =>
  db
    .update(communities)
    // An UPDATE must set something: an empty patch sets the id to itself.
    .set({ id, ...changes, ...dueAtOnce(changes) })
    .where(isLiving(id))
    .returning();

/** Statement: no credential of the community works from then on. */
export const markCommunityDeleted = (db: Database, id: number, now: number) =>
  db.update(communities).set({ deletedAt: now }).where(isLiving(id));

/** Statement. */
export const insertApiKey = (
  db: Database,
  key: Omit<typeof apiKeys.$inferInsert, 'communityId'> & {
    readonly communityId: number | DrizzleSQL<number>;
  },
) => db.insert(apiKeys).values(key).returning();

const isUsableKey = (communityId: number, id: string) =>
  and(eq(apiKeys.communityId, communityId), eq(apiKeys.id, id), isNull(apiKeys.revokedAt));

/** The key, if it is one of the community's and not revoked. */
export const findApiKey = async (
  db: Database,
  communityId: number,
  id: string,
): Promise<ApiKey | undefined> => {
  const [row] = await db.select().from(apiKeys).where(isUsableKey(communityId, id));
  return row && toApiKey(row);
};

/** Statement: revokes the key, if it is one of the community's and not revoked yet. */
export const markApiKeyRevoked = (db: Database, communityId: number, id: string, now: number) =>
  db.update(apiKeys).set({ revokedAt: now }).where(isUsableKey(communityId, id));

/** The community's keys that are not revoked, by id (so by age), after `afterId`. */
export const selectApiKeys = async (
  db: Database,
  communityId: number,
  afterId: string,
  limit: number,
): Promise<ApiKey[]> => {
  const rows = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.communityId, communityId), gt(apiKeys.id, afterId), isNull(apiKeys.revokedAt)))
    .orderBy(asc(apiKeys.id))
    .limit(limit);
  return rows.map(toApiKey);
};

/** Query: communities whose rows are still to be removed. */
export const selectDeletedCommunities = statement<{ limit: number }, { id: number }>(
  ($) => namedSql`
    SELECT id FROM communities INDEXED BY communities_deleted WHERE deleted_at IS NOT NULL LIMIT ${$.limit}`,
);

/** A table with rows of communities: its name and the columns of its primary key. */
interface TenantTable {
  readonly name: string;
  readonly key: string;
}

const TENANT_TABLES: readonly TenantTable[] = Object.values(schema).flatMap((table: SQLiteTable) => {
  const { name, columns, primaryKeys } = getTableConfig(table);
  if (!columns.some((column) => column.name === 'community_id')) return [];
  const keys = primaryKeys[0]?.columns ?? columns.filter((column) => column.primary);
  return [{ name, key: keys.map((column) => column.name).join(', ') }];
});

/** The tables that have rows of communities. */
export const TENANT_TABLE_NAMES: readonly string[] = TENANT_TABLES.map(({ name }) => name);

/** Statement: removes up to `limit` rows of the community from a table; returns a row for each. */
export const deleteTenantRows = statementByShape<
  string,
  { communityId: number; limit: number },
  { one: number }
>((table, $) => {
  const found = TENANT_TABLES.find(({ name }) => name === table);
  if (!found) throw new Error(`${table} has no rows of communities`);
  const key = namedSql.raw(found.key);
  return namedSql`
    DELETE FROM ${namedSql.raw(table)} WHERE (${key}) IN (
      SELECT ${key} FROM ${namedSql.raw(table)} WHERE community_id = ${$.communityId} LIMIT ${$.limit})
    RETURNING 1 AS one`;
}, TENANT_TABLE_NAMES);

/** Statement: removes a deleted community, once no table has a row of it any more. */
export const deleteCommunityRow = statement<{ communityId: number }, { id: number }>(
  ($) => namedSql`
    DELETE FROM communities WHERE id = ${$.communityId} AND deleted_at IS NOT NULL
      ${namedSql.raw(
        TENANT_TABLES.map(
          ({ name }) => `AND NOT EXISTS (SELECT 1 FROM ${name} WHERE community_id = communities.id)`,
        ).join(' '),
      )}
    RETURNING id`,
);
