import { and, asc, eq, gt, inArray, isNull } from 'drizzle-orm';
import { type Database, repeating } from '../../db/client.ts';
import { communities, serviceIds } from '../../db/schema/index.ts';
import type { Community } from './actor.ts';
import { toCommunity } from './queries.ts';
import type { ServiceId } from './service-id.ts';

type Row = typeof serviceIds.$inferSelect;

export const toServiceId = (row: Row): ServiceId => ({
  id: row.id,
  name: row.name,
  category: row.category,
  clientId: row.clientId,
  createdAt: row.createdAt,
  rotatedAt: row.rotatedAt,
  previousSecretExpiresAt: row.previousSecretExpiresAt,
});

export interface ServiceIdHolder {
  readonly serviceId: ServiceId;
  readonly secretHash: string;
  readonly previousSecretHash: string | null;
  readonly community: Community;
}

/** The service ID with this id or client id and its community, unless one of them is deleted. */
export const findServiceIdHolder = async (
  db: Database,
  by: { id: string } | { clientId: string },
): Promise<ServiceIdHolder | undefined> => {
  const isThis = and(
    'id' in by ? eq(serviceIds.id, by.id) : eq(serviceIds.clientId, by.clientId),
    isNull(serviceIds.deletedAt),
  );
  // Two selects, not a join: in a batch D1 names columns, and both tables have an `id`.
  const read = () =>
    db.batch([
      db.select().from(serviceIds).where(isThis),
      db
        .select()
        .from(communities)
        .where(
          and(
            inArray(communities.id, db.select({ id: serviceIds.communityId }).from(serviceIds).where(isThis)),
            isNull(communities.deletedAt),
          ),
        ),
    ]);
  const [[row], [community]] = await repeating(read, () => true);
  if (!row || !community) return undefined;
  const { secretHash, previousSecretHash } = row;
  return { serviceId: toServiceId(row), secretHash, previousSecretHash, community: toCommunity(community) };
};

const isLivingOf = (communityId: number, id: string) =>
  and(eq(serviceIds.communityId, communityId), eq(serviceIds.id, id), isNull(serviceIds.deletedAt));

export const findServiceId = async (
  db: Database,
  communityId: number,
  id: string,
): Promise<(ServiceId & { readonly secretHash: string }) | undefined> => {
  const [row] = await db.select().from(serviceIds).where(isLivingOf(communityId, id));
  return row && { ...toServiceId(row), secretHash: row.secretHash };
};

/** The community's service IDs by id (so by age), after `afterId`. */
export const selectServiceIds = async (
  db: Database,
  communityId: number,
  afterId: string,
  limit: number,
): Promise<ServiceId[]> => {
  const rows = await db
    .select()
    .from(serviceIds)
    .where(
      and(eq(serviceIds.communityId, communityId), gt(serviceIds.id, afterId), isNull(serviceIds.deletedAt)),
    )
    .orderBy(asc(serviceIds.id))
    .limit(limit);
  return rows.map(toServiceId);
};

/** Statement. */
export const insertServiceId = (db: Database, row: typeof serviceIds.$inferInsert) =>
  db.insert(serviceIds).values(row).returning();

/** Statement. */
export const updateServiceId = (
  db: Database,
  communityId: number,
  id: string,
  changes: Partial<typeof serviceIds.$inferInsert>,
) => db.update(serviceIds).set(changes).where(isLivingOf(communityId, id)).returning();
