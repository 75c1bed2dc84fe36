/** The SQL of Idempotency-Key: what is kept of the calls that came with one. */
import type { idempotencyKeys } from '../../db/schema/index.ts';
import { type RowOf, sql, statement } from '../../db/statement.ts';

interface KeyPlace {
  readonly communityId: number;
  readonly keyHash: string;
}

type KeptRow = Pick<RowOf<typeof idempotencyKeys>, 'fingerprint' | 'created_at' | 'answer'>;

/** Query: what is kept under a key. */
export const selectKept = statement<KeyPlace & { createdAfter: number }, KeptRow>(
  ($) => sql`
    SELECT fingerprint, created_at, answer FROM idempotency_keys
    WHERE community_id = ${$.communityId} AND key_hash = ${$.keyHash} AND created_at > ${$.createdAfter}`,
);

/** Statement: frees a key that has outlived its day. */
export const deleteOutlived = statement<KeyPlace & { createdAfter: number }>(
  ($) => sql`
    DELETE FROM idempotency_keys
    WHERE community_id = ${$.communityId} AND key_hash = ${$.keyHash} AND created_at <= ${$.createdAfter}`,
);

/** Statement: takes the key, in the batch of the change. Where it is taken, the whole batch fails: see `isKeyTaken`. */
export const insertKey = statement<KeyPlace & { fingerprint: string; createdAt: number }>(
  ($) => sql`
    INSERT INTO idempotency_keys (community_id, key_hash, fingerprint, created_at)
    VALUES (${$.communityId}, ${$.keyHash}, ${$.fingerprint}, ${$.createdAt})`,
);

/** The columns whose UNIQUE constraint refuses `insertKey`. */
export const KEY_COLUMNS = 'idempotency_keys.community_id, idempotency_keys.key_hash';

/** Statement: keeps the answer. */
export const updateAnswer = statement<KeyPlace & { answer: string }>(
  ($) => sql`
    UPDATE idempotency_keys SET answer = ${$.answer}
    WHERE community_id = ${$.communityId} AND key_hash = ${$.keyHash}`,
);

/** Statement: forgets up to `limit` keys from before; a row for each. */
export const deleteKeysBefore = statement<{ before: number; limit: number }, { one: number }>(
  ($) => sql`
    DELETE FROM idempotency_keys WHERE (community_id, key_hash) IN (
      SELECT community_id, key_hash FROM idempotency_keys INDEXED BY idempotency_keys_by_age
      WHERE created_at <= ${$.before} LIMIT ${$.limit})
    RETURNING 1 AS one`,
);
