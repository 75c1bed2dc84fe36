import { type Batch, type Database, type RowsOf, runBatch, type Statement } from '../../db/client.ts';
import { isRefusedBy } from '../../db/constraint.ts';
import { type SQL, sql, statementByShape } from '../../db/statement.ts';
import { DomainError, type DomainErrorCode } from '../errors.ts';
import type { Community } from './actor.ts';

/** The start of a statement that fails its batch (`isBeyondQuota`) where what follows, a condition, holds. */
export const refuseWhere = (condition: SQL): SQL => sql`
  INSERT INTO idempotency_keys (community_id, key_hash, fingerprint, created_at)
  SELECT 0, NULL, '', 0 WHERE ${condition}`;

/** Whether a batch failed because `refuseWhere` found that there would be too much. */
export const isBeyondQuota = (error: unknown): boolean =>
  isRefusedBy(error, 'NOT NULL', 'idempotency_keys.key_hash');

/** What is configured, and is counted when one more is: the table, which of its rows count, and the error. */
const CONFIGURED = {
  apiKeys: ['api_keys', 'revoked_at IS NULL', 'too_many_api_keys'],
  serviceIds: ['service_ids', 'deleted_at IS NULL', 'too_many_service_ids'],
  webhookEndpoints: ['webhook_endpoints', 'true', 'too_many_webhook_endpoints'],
  inboundWebhooks: ['inbound_webhooks', 'true', 'too_many_inbound_webhooks'],
} as const satisfies Readonly<Record<string, readonly [string, string, DomainErrorCode]>>;
type Configured = keyof typeof CONFIGURED;
const NAMES: readonly Configured[] = ['apiKeys', 'serviceIds', 'webhookEndpoints', 'inboundWebhooks'];

const demandRoom = statementByShape<Configured, { communityId: number; max: number }>((quota, $) => {
  const [table, living] = CONFIGURED[quota];
  return refuseWhere(sql`EXISTS (
    SELECT 1 FROM ${sql.raw(table)} WHERE community_id = ${$.communityId} AND ${sql.raw(living)}
    LIMIT 1 OFFSET ${$.max})`);
}, WITH_DOCS && NAMES);

/**
 * `runBatch` for statements that make one more of what has a quota: they and the count are one transaction.
 * @throws DomainError too_many_...
 */
export const runWithin = async <const T extends Batch>(
  db: Database,
  { id, quotas }: Community,
  quota: Configured,
  statements: T,
): Promise<RowsOf<T>> => {
  const max = quotas[quota];
  const count: Statement = demandRoom(quota, { communityId: id, max });
  try {
    const [results] = await runBatch(db, [statements, count]);
    return results;
  } catch (error) {
    if (isBeyondQuota(error)) throw new DomainError(CONFIGURED[quota][2], { max });
    throw error;
  }
};
