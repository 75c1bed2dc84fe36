import { type Database, readRows, runBatch } from '../../db/client.ts';
import { insertRow, updateRow } from '../../db/rows.ts';
import { type communities, serviceIds } from '../../db/schema/index.ts';
import { type Names, type RowOf, sql, statement, statementByShape } from '../../db/statement.ts';
import type { Community } from './actor.ts';
import { toCommunity } from './queries.ts';
import type { ServiceId } from './service-id.ts';

type Row = RowOf<typeof serviceIds>;

export const toServiceId = (row: Row): ServiceId => ({
  id: row.id,
  name: row.name,
  category: row.category,
  clientId: row.client_id,
  createdAt: row.created_at,
  rotatedAt: row.rotated_at,
  previousSecretExpiresAt: row.previous_secret_expires_at,
});

export interface ServiceIdHolder {
  readonly serviceId: ServiceId;
  readonly secretHash: string;
  readonly previousSecretHash: string | null;
  readonly community: Community;
}

type IdColumn = 'id' | 'client_id';
const ID_COLUMNS: readonly IdColumn[] = ['id', 'client_id'];

const isLiving = (column: IdColumn, $: Names<{ value: string }>) =>
  sql`${sql.raw(column)} = ${$.value} AND deleted_at IS NULL`;

const selectLiving = statementByShape<IdColumn, { value: string }, Row>(
  (column, $) => sql`SELECT * FROM service_ids WHERE ${isLiving(column, $)}`,
  WITH_DOCS && ID_COLUMNS,
);

const selectCommunityOf = statementByShape<IdColumn, { value: string }, RowOf<typeof communities>>(
  (column, $) => sql`
    SELECT * FROM communities
    WHERE id IN (SELECT community_id FROM service_ids WHERE ${isLiving(column, $)}) AND deleted_at IS NULL`,
  WITH_DOCS && ID_COLUMNS,
);

/** The service ID with this id or client id and its community, unless one of them is deleted. */
export const findServiceIdHolder = async (
  db: Database,
  by: { id: string } | { clientId: string },
): Promise<ServiceIdHolder | undefined> => {
  const [column, value] = 'id' in by ? (['id', by.id] as const) : (['client_id', by.clientId] as const);
  // Two selects, not a join: in a batch D1 names columns, and both tables have an `id`.
  const [[row], [community]] = await runBatch(db, [
    selectLiving(column, { value }),
    selectCommunityOf(column, { value }),
  ]);
  if (!row || !community) return undefined;
  return {
    serviceId: toServiceId(row),
    secretHash: row.secret_hash,
    previousSecretHash: row.previous_secret_hash,
    community: toCommunity(db, community),
  };
};

const selectServiceId = statement<{ communityId: number; id: string }, Row>(
  ($) => sql`
    SELECT * FROM service_ids WHERE community_id = ${$.communityId} AND id = ${$.id} AND deleted_at IS NULL`,
);

export const findServiceId = async (
  db: Database,
  communityId: number,
  id: string,
): Promise<(ServiceId & { readonly secretHash: string }) | undefined> => {
  const [row] = await readRows(db, selectServiceId({ communityId, id }));
  return row && { ...toServiceId(row), secretHash: row.secret_hash };
};

const selectLivingServiceIds = statement<{ communityId: number; afterId: string; limit: number }, Row>(
  ($) => sql`
    SELECT * FROM service_ids
    WHERE community_id = ${$.communityId} AND id > ${$.afterId} AND deleted_at IS NULL
    ORDER BY id LIMIT ${$.limit}`,
);

/** The community's service IDs by id (so by age), after `afterId`. */
export const selectServiceIds = async (
  db: Database,
  communityId: number,
  afterId: string,
  limit: number,
): Promise<ServiceId[]> =>
  (await readRows(db, selectLivingServiceIds({ communityId, afterId, limit }))).map(toServiceId);

/** Statement. */
export const insertServiceId = (row: typeof serviceIds.$inferInsert) => insertRow(serviceIds, row);

/** Statement. */
export const updateServiceId = (
  communityId: number,
  id: string,
  changes: Partial<typeof serviceIds.$inferInsert>,
) => updateRow(serviceIds, { communityId, id }, 'deleted_at', changes);
