/** The SQL of webhook endpoints. */
import type { webhookEndpoints } from '../../db/schema/index.ts';
import { type RowOf, sql, statement } from '../../db/statement.ts';
import type { DisabledReason, EndpointInput, WebhookEndpoint } from './model.ts';

type EndpointRow = Pick<
  RowOf<typeof webhookEndpoints>,
  | 'id'
  | 'community_id'
  | 'url'
  | 'format'
  | 'events'
  | 'description'
  | 'digest_seconds'
  | 'created_at'
  | 'disabled_at'
  | 'disabled_reason'
  | 'failing_since'
  | 'last_attempt_at'
>;

const ENDPOINT_COLUMNS = sql.raw(
  'id, community_id, url, format, events, description, digest_seconds, created_at, disabled_at, disabled_reason, failing_since, last_attempt_at',
);

export const toEndpoint = (row: EndpointRow): WebhookEndpoint => ({
  id: row.id,
  communityId: row.community_id,
  url: row.url,
  format: row.format,
  events: JSON.parse(row.events),
  description: row.description,
  digestSeconds: row.digest_seconds,
  createdAt: row.created_at,
  disabledAt: row.disabled_at,
  disabledReason: row.disabled_reason,
  failingSince: row.failing_since,
  lastAttemptAt: row.last_attempt_at,
});

/** An endpoint of a community. */
interface EndpointKey {
  readonly communityId: number;
  readonly id: string;
}

/** Query. */
export const selectEndpoint = statement<EndpointKey, EndpointRow>(
  ($) => sql`
    SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE community_id = ${$.communityId} AND id = ${$.id}`,
);

/** Query: the community's endpoints by id (so by age), after `afterId`. */
export const selectEndpoints = statement<
  { communityId: number; afterId: string; limit: number },
  EndpointRow
>(
  ($) => sql`
    SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints
    WHERE community_id = ${$.communityId} AND id > ${$.afterId} ORDER BY id LIMIT ${$.limit}`,
);

/** What the owner decides, as the table has it. */
type Decided = Pick<EndpointInput, 'url' | 'format' | 'description' | 'digestSeconds'> & {
  /** JSON. */
  readonly events: string;
};

/** As values of a statement. */
export const toDecided = ({ url, format, events, description, digestSeconds }: EndpointInput): Decided => ({
  url,
  format,
  events: JSON.stringify(events),
  description,
  digestSeconds,
});

/** Statement. */
export const insertEndpoint = statement<
  EndpointKey & Decided & { secret: string; createdAt: number },
  EndpointRow
>(
  ($) => sql`
    INSERT INTO webhook_endpoints
      (id, community_id, url, format, events, description, digest_seconds, secret, created_at)
    VALUES (${$.id}, ${$.communityId}, ${$.url}, ${$.format}, ${$.events}, ${$.description}, ${$.digestSeconds},
      ${$.secret}, ${$.createdAt})
    RETURNING ${ENDPOINT_COLUMNS}`,
);

/**
 * Statement: writes what the owner decides. After any change the endpoint starts afresh: what failed before says
 * nothing about it any more.
 */
export const updateEndpoint = statement<
  EndpointKey & Decided & { disabledAt: number | null; disabledReason: DisabledReason | null },
  EndpointRow
>(
  ($) => sql`
    UPDATE webhook_endpoints
    SET url = ${$.url}, format = ${$.format}, events = ${$.events}, description = ${$.description},
      digest_seconds = ${$.digestSeconds}, disabled_at = ${$.disabledAt}, disabled_reason = ${$.disabledReason},
      failing_since = NULL, blocked_until = 0, is_throttled = 0
    WHERE community_id = ${$.communityId} AND id = ${$.id}
    RETURNING ${ENDPOINT_COLUMNS}`,
);

/** Statement: notes whether the community has an endpoint. */
export const noteWhetherWebhooks = statement<{ communityId: number }>(
  ($) => sql`
    UPDATE communities
    SET has_webhooks = EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = ${$.communityId})
    WHERE id = ${$.communityId}`,
);

/** Statement: removes the messages of an endpoint. */
export const deleteMessagesOf = statement<EndpointKey>(
  ($) => sql`DELETE FROM webhook_messages WHERE community_id = ${$.communityId} AND endpoint_id = ${$.id}`,
);

/** Statement. */
export const deleteEndpoint = statement<EndpointKey>(
  ($) => sql`DELETE FROM webhook_endpoints WHERE community_id = ${$.communityId} AND id = ${$.id}`,
);

/** Statement: a new secret; the present one signs too until `previousExpiresAt`. */
export const rotateEndpointSecret = statement<EndpointKey & { secret: string; previousExpiresAt: number }>(
  ($) => sql`
    UPDATE webhook_endpoints
    SET previous_secret = secret, previous_secret_expires_at = ${$.previousExpiresAt}, secret = ${$.secret}
    WHERE community_id = ${$.communityId} AND id = ${$.id}`,
);
