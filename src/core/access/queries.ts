import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Database, readRows, runBatch } from '../../db/client.ts';
import { type CommunityRef, insertRow, updateRow } from '../../db/rows.ts';
import * as schema from '../../db/schema/index.ts';
import { fromRow, type Names, type RowOf, sql, statement, statementByShape } from '../../db/statement.ts';
import type { Community } from './actor.ts';
import { toQuotas } from './quotas.ts';
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

export const toApiKey = (row: RowOf<typeof apiKeys>): ApiKey => ({
  id: row.id,
  name: row.name,
  scopes: parseScopes(row.scopes),
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
  lateSeconds: row.late_seconds,
});

/** @param db that the row was found in */
export const toCommunity = ({ place }: Database, found: RowOf<typeof communities>): Community => {
  const row = fromRow(communities, found);
  return {
    place,
    id: row.id,
    publicId: row.publicId,
    name: row.name,
    createdAt: row.createdAt,
    settings: toSettings(row),
    quotas: toQuotas(row.quotas),
    hasWebhooks: row.hasWebhooks,
    auditHead: { sequence: row.auditSequence, hash: row.auditHash },
  };
};

/** `last_used_at` is for people, so an hour is exact enough: at most one write per key and hour. */
const LAST_USED_STEP_MS = 3_600_000;

export interface KeyHolder {
  readonly key: ApiKey;
  readonly hash: string;
  readonly community: Community;
}

type KeyColumn = 'hash' | 'id';
const KEY_COLUMNS: readonly KeyColumn[] = ['hash', 'id'];

const isUsable = (column: KeyColumn, $: Names<{ value: string; now: number }>) => sql`
  ${sql.raw(column)} = ${$.value} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${$.now})`;

const selectUsableKey = statementByShape<KeyColumn, { value: string; now: number }, RowOf<typeof apiKeys>>(
  (column, $) => sql`SELECT * FROM api_keys WHERE ${isUsable(column, $)}`,
  WITH_DOCS && KEY_COLUMNS,
);

const selectCommunityOfKey = statementByShape<
  KeyColumn,
  { value: string; now: number },
  RowOf<typeof communities>
>(
  (column, $) => sql`
    SELECT * FROM communities
    WHERE id IN (SELECT community_id FROM api_keys WHERE ${isUsable(column, $)}) AND deleted_at IS NULL`,
  WITH_DOCS && KEY_COLUMNS,
);

/** Who holds the key with this hash, unless it is revoked, expired or of a deleted community. */
export const findKeyHolder = (db: Database, hash: string, now: number): Promise<KeyHolder | undefined> =>
  findHolder(db, 'hash', hash, now);

/** The same of the key with this id: for who has proven to hold it before. */
export const findKeyHolderById = (db: Database, id: string, now: number): Promise<KeyHolder | undefined> =>
  findHolder(db, 'id', id, now);

const findHolder = async (
  db: Database,
  column: KeyColumn,
  value: string,
  now: number,
): Promise<KeyHolder | undefined> => {
  // Two selects, not a join: in a batch D1 names columns, and both tables have an `id`.
  const [[key], [community]] = await runBatch(db, [
    selectUsableKey(column, { value, now }),
    selectCommunityOfKey(column, { value, now }),
  ]);
  return key && community && { key: toApiKey(key), hash: key.hash, community: toCommunity(db, community) };
};

/** Whether `noteKeyUsed` has something to write. */
export const isUseDue = ({ lastUsedAt }: ApiKey, now: number): boolean =>
  lastUsedAt === null || lastUsedAt < now - LAST_USED_STEP_MS;

/** Statement: notes when a key was used. */
export const noteKeyUsed = statement<{ id: string; now: number }>(
  ($) => sql`
    UPDATE api_keys SET last_used_at = ${$.now} WHERE id = ${$.id} AND coalesce(last_used_at, 0) < ${$.now}`,
);

/** A community by its id inside, or by the one on the wire. */
export type CommunityKey = number | string;

const selectCommunity = statementByShape<
  'id' | 'public_id',
  { key: CommunityKey },
  RowOf<typeof communities>
>(
  (column, $) => sql`SELECT * FROM communities WHERE ${sql.raw(column)} = ${$.key} AND deleted_at IS NULL`,
  WITH_DOCS && ['id', 'public_id'],
);

export const findCommunity = async (db: Database, key: CommunityKey): Promise<Community | undefined> => {
  const [row] = await readRows(db, selectCommunity(typeof key === 'number' ? 'id' : 'public_id', { key }));
  return row && toCommunity(db, row);
};

const selectLivingCommunities = statement<{ afterId: string; limit: number }, RowOf<typeof communities>>(
  ($) => sql`
    SELECT * FROM communities
    WHERE deleted_at IS NULL AND id > coalesce((SELECT id FROM communities WHERE public_id = ${$.afterId}), 0)
    ORDER BY id LIMIT ${$.limit}`,
);

/** Communities by age, after the one with the id (on the wire) `afterId`; from the first where none has it. */
export const selectCommunities = async (
  db: Database,
  afterId: string | undefined,
  limit: number,
): Promise<Community[]> =>
  (await readRows(db, selectLivingCommunities({ afterId: afterId ?? '', limit }))).map((row) =>
    toCommunity(db, row),
  );

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
  community: { publicId: string; name: string; createdAt: number },
  settings: SettingsPatch & { readonly quotas?: string | undefined },
) => insertRow(communities, { ...community, ...settings, ...dueAtOnce(settings) });

/** Statement: changes what is given and returns the row, if the community lives. */
export const updateCommunity = (
  id: number,
  changes: { name?: string | undefined; quotas?: string | undefined } & SettingsPatch,
) => updateRow(communities, { id }, 'deleted_at', { ...changes, ...dueAtOnce(changes) });

/** Statement: no credential of the community works from then on. */
export const markCommunityDeleted = (id: number, now: number) =>
  updateRow(communities, { id }, 'deleted_at', { deletedAt: now });

/** Statement. */
export const insertApiKey = (
  key: Omit<typeof apiKeys.$inferInsert, 'communityId'> & { readonly communityId: CommunityRef },
) => insertRow(apiKeys, key);

const selectApiKey = statement<{ communityId: number; id: string }, RowOf<typeof apiKeys>>(
  ($) => sql`
    SELECT * FROM api_keys WHERE community_id = ${$.communityId} AND id = ${$.id} AND revoked_at IS NULL`,
);

/** The key, if it is one of the community's and not revoked. */
export const findApiKey = async (
  db: Database,
  communityId: number,
  id: string,
): Promise<ApiKey | undefined> => {
  const [row] = await readRows(db, selectApiKey({ communityId, id }));
  return row && toApiKey(row);
};

/** Statement: revokes the key, if it is one of the community's and not revoked yet. */
export const markApiKeyRevoked = (communityId: number, id: string, now: number) =>
  updateRow(apiKeys, { communityId, id }, 'revoked_at', { revokedAt: now });

const selectLivingApiKeys = statement<
  { communityId: number; afterId: string; limit: number },
  RowOf<typeof apiKeys>
>(
  ($) => sql`
    SELECT * FROM api_keys
    WHERE community_id = ${$.communityId} AND id > ${$.afterId} AND revoked_at IS NULL
    ORDER BY id LIMIT ${$.limit}`,
);

/** The community's keys that are not revoked, by id (so by age), after `afterId`. */
export const selectApiKeys = async (
  db: Database,
  communityId: number,
  afterId: string,
  limit: number,
): Promise<ApiKey[]> =>
  (await readRows(db, selectLivingApiKeys({ communityId, afterId, limit }))).map(toApiKey);

/** Query: communities whose rows are still to be removed. */
export const selectDeletedCommunities = statement<{ limit: number }, { id: number }>(
  ($) => sql`
    SELECT id FROM communities INDEXED BY communities_deleted WHERE deleted_at IS NOT NULL LIMIT ${$.limit}`,
);

/** A table with rows of communities: its name and the columns of its primary key. */
interface TenantTable {
  readonly name: string;
  readonly key: string;
}

let known: readonly TenantTable[] | undefined;

/** Read out of the schema by the job that needs them, and not at each start of the Worker. */
const tenantTables = (): readonly TenantTable[] => {
  known ??= Object.values(schema).flatMap((table: SQLiteTable) => {
    const { name, columns, primaryKeys } = getTableConfig(table);
    if (!columns.some((column) => column.name === 'community_id')) return [];
    const keys = primaryKeys[0]?.columns ?? columns.filter((column) => column.primary);
    return [{ name, key: keys.map((column) => column.name).join(', ') }];
  });
  return known;
};

/** The tables that have rows of communities. */
export const tenantTableNames = (): string[] => tenantTables().map(({ name }) => name);

/** Statement: removes up to `limit` rows of the community from a table; returns a row for each. */
export const deleteTenantRows = statementByShape<
  string,
  { communityId: number; limit: number },
  { one: number }
>(
  (table, $) => {
    const found = tenantTables().find(({ name }) => name === table);
    if (!found) throw new Error(`${table} has no rows of communities`);
    const key = sql.raw(found.key);
    return sql`
    DELETE FROM ${sql.raw(table)} WHERE (${key}) IN (
      SELECT ${key} FROM ${sql.raw(table)} WHERE community_id = ${$.communityId} LIMIT ${$.limit})
    RETURNING 1 AS one`;
  },
  WITH_DOCS ? tenantTableNames() : [],
);

/** Statement: removes a deleted community, once no table has a row of it any more. */
export const deleteCommunityRow = statement<{ communityId: number }, { id: number }>(
  ($) => sql`
    DELETE FROM communities WHERE id = ${$.communityId} AND deleted_at IS NOT NULL
      ${sql.raw(
        tenantTableNames()
          .map((name) => `AND NOT EXISTS (SELECT 1 FROM ${name} WHERE community_id = communities.id)`)
          .join(' '),
      )}
    RETURNING id`,
);
