import { type Database, type Row, readRows } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import type { DisabledReason, EndpointInput, Format, WebhookEndpoint } from './model.ts';

const ENDPOINT_COLUMNS = sql.raw(
  'id, community_id, url, format, events, description, digest_seconds, created_at, disabled_at, disabled_reason, failing_since, last_attempt_at',
);

export const toEndpoint = (row: Row): WebhookEndpoint => ({
  id: row.id as string,
  communityId: row.community_id as number,
  url: row.url as string,
  format: row.format as Format,
  events: JSON.parse(row.events as string) as string[],
  description: row.description as string | null,
  digestSeconds: row.digest_seconds as number | null,
  createdAt: row.created_at as number,
  disabledAt: row.disabled_at as number | null,
  disabledReason: row.disabled_reason as DisabledReason | null,
  failingSince: row.failing_since as number | null,
  lastAttemptAt: row.last_attempt_at as number | null,
});

const isEndpoint = (communityId: number, id: string): SQL =>
  sql`community_id = ${communityId} AND id = ${id}`;

export const findEndpoint = async (
  db: Database,
  communityId: number,
  id: string,
): Promise<WebhookEndpoint | undefined> => {
  const [row] = await readRows<Row>(
    db,
    sql`SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE ${isEndpoint(communityId, id)}`,
  );
  return row && toEndpoint(row);
};

/** The community's endpoints by id (so by age), after `afterId`. */
export const selectEndpoints = async (
  db: Database,
  communityId: number,
  afterId: string,
  limit: number,
): Promise<WebhookEndpoint[]> => {
  const rows = await readRows<Row>(
    db,
    sql`SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints
      WHERE community_id = ${communityId} AND id > ${afterId} ORDER BY id LIMIT ${limit}`,
  );
  return rows.map(toEndpoint);
};

/** Statement. */
export const insertEndpoint = (
  endpoint: EndpointInput & { id: string; communityId: number; secret: string; createdAt: number },
): SQL => sql`
  INSERT INTO webhook_endpoints (id, community_id, url, format, events, description, digest_seconds, secret, created_at)
  VALUES (${endpoint.id}, ${endpoint.communityId}, ${endpoint.url}, ${endpoint.format},
    ${JSON.stringify(endpoint.events)}, ${endpoint.description}, ${endpoint.digestSeconds}, ${endpoint.secret}, ${endpoint.createdAt})
  RETURNING ${ENDPOINT_COLUMNS}`;

/**
 * Statement: writes what the owner decides. After any change the endpoint starts afresh: what failed before says
 * nothing about it any more.
 */
export const updateEndpoint = (
  communityId: number,
  id: string,
  endpoint: EndpointInput & { disabledAt: number | null; disabledReason: DisabledReason | null },
): SQL => sql`
  UPDATE webhook_endpoints
  SET url = ${endpoint.url}, format = ${endpoint.format}, events = ${JSON.stringify(endpoint.events)},
    description = ${endpoint.description}, digest_seconds = ${endpoint.digestSeconds}, disabled_at = ${endpoint.disabledAt},
    disabled_reason = ${endpoint.disabledReason}, failing_since = NULL, blocked_until = 0, is_throttled = 0
  WHERE ${isEndpoint(communityId, id)}
  RETURNING ${ENDPOINT_COLUMNS}`;

/** Statement: notes whether the community has an endpoint. */
export const noteWhetherWebhooks = (communityId: number): SQL => sql`
  UPDATE communities
  SET has_webhooks = EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = ${communityId})
  WHERE id = ${communityId}`;

/** Statements: removes an endpoint with its messages. */
export const deleteEndpoint = (communityId: number, id: string): SQL[] => [
  sql`DELETE FROM webhook_messages WHERE community_id = ${communityId} AND endpoint_id = ${id}`,
  sql`DELETE FROM webhook_endpoints WHERE ${isEndpoint(communityId, id)}`,
];

/** Statement: a new secret; the present one signs too until `previousExpiresAt`. */
export const rotateEndpointSecret = (
  communityId: number,
  id: string,
  secret: string,
  previousExpiresAt: number,
): SQL => sql`
  UPDATE webhook_endpoints
  SET previous_secret = secret, previous_secret_expires_at = ${previousExpiresAt}, secret = ${secret}
  WHERE ${isEndpoint(communityId, id)}`;
