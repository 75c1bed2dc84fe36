import * as v from 'valibot';
import type { Config } from '../../../core/context.ts';
import {
  type Attempt,
  DELIVERY_STATUSES,
  type Delivery,
  EVENT_PATTERNS,
  FORMATS,
  messageId,
  type WebhookEndpoint,
} from '../../../core/webhooks/model.ts';
import { channelFormatOf, targetIssue } from '../../../core/webhooks/target.ts';
import { invalidField } from '../../kit/fault.ts';
import { dateTime, integer, list, object, text, uuid } from '../../kit/fields.ts';
import { isLocalCall } from '../../kit/local-call.ts';
import { fieldMessage } from '../../kit/messages.ts';
import type { HttpContext } from '../../kit/operation.ts';
import { isoOrNull } from '../../wire/access.ts';

export const endpointParams = v.object({ endpointId: uuid });

const MAX_PATTERNS = EVENT_PATTERNS.length;

const url = text(1, 2048);
const format = v.picklist(FORMATS);
const events = v.pipe(
  list(v.picklist(EVENT_PATTERNS)),
  v.minLength(1, fieldMessage('count', 1, MAX_PATTERNS)),
  v.maxLength(MAX_PATTERNS, fieldMessage('count', 1, MAX_PATTERNS)),
);
const description = v.nullish(text(0, 200));
const digestSeconds = v.nullish(integer(10, 3600));

export const newEndpointBody = object({
  url,
  events,
  format: v.optional(format, 'standard'),
  description,
  digestSeconds,
});

export const endpointPatchBody = object({
  url: v.optional(url),
  events: v.optional(events),
  format: v.optional(format),
  description,
  digestSeconds,
  enabled: v.optional(v.boolean()),
});

/** A URL that webhooks may go to, in its canonical spelling. @throws Fault invalid_input */
export const toTargetUrl = (value: string, http: HttpContext, config: Config): string => {
  const issue = targetIssue(value, config.allowsPrivateWebhooks && isLocalCall(http));
  if (issue) throw invalidField('url', fieldMessage(issue));
  const url = new URL(value);
  // An event would cause itself, over and over.
  if (url.host === new URL(http.req.url).host && url.pathname.startsWith('/hooks/')) {
    throw invalidField('url', fieldMessage('own_hook'));
  }
  return url.href;
};

export const endpointSchema = () =>
  v.object({
    id: v.string(),
    url: v.string(),
    events: v.array(v.string()),
    format,
    description: v.nullable(v.string()),
    digestSeconds: v.nullable(v.number()),
    enabled: v.boolean(),
    disabledReason: v.nullable(v.picklist(['requested', 'gone', 'failing'])),
    createdAt: dateTime(),
    disabledAt: v.nullable(dateTime()),
    failingSince: v.nullable(dateTime()),
    lastAttemptAt: v.nullable(dateTime()),
  });

export const ENDPOINT_EXAMPLE = {
  id: '019d8e5a-2c00-7e11-8c22-3f2a1c0d4e5f',
  url: 'https://example.org/hooks/rollcall',
  events: ['session.*'],
  format: 'standard',
  description: 'Payroll',
  digestSeconds: null,
  enabled: true,
  disabledReason: null,
  createdAt: '2026-04-15T00:00:00.000Z',
  disabledAt: null,
  failingSince: null,
  lastAttemptAt: null,
};

/** With the secret: only in the answer that creates it. */
export const newEndpointSchema = () => v.object({ ...endpointSchema().entries, secret: v.string() });

export const SECRET_EXAMPLE = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';

/** The path of a Discord or Slack webhook is its credential: only the origin is shown. */
const shownUrl = ({ url, format }: WebhookEndpoint): string =>
  format === 'standard' && !channelFormatOf(url) ? url : `${new URL(url).origin}/***`;

export const toEndpointWire = (endpoint: WebhookEndpoint) => ({
  id: endpoint.id,
  url: shownUrl(endpoint),
  events: endpoint.events,
  format: endpoint.format,
  description: endpoint.description,
  digestSeconds: endpoint.digestSeconds,
  enabled: endpoint.disabledAt === null,
  disabledReason: endpoint.disabledReason,
  createdAt: isoOrNull(endpoint.createdAt),
  disabledAt: isoOrNull(endpoint.disabledAt),
  failingSince: isoOrNull(endpoint.failingSince),
  lastAttemptAt: isoOrNull(endpoint.lastAttemptAt),
});

const attemptSchema = () =>
  v.object({
    at: dateTime(),
    status: v.nullable(v.number()),
    durationMs: v.number(),
    error: v.nullable(v.string()),
    response: v.nullable(v.string()),
  });

export const deliverySchema = () =>
  v.object({
    id: v.string(),
    endpointId: v.string(),
    type: v.string(),
    timestamp: dateTime(),
    status: v.picklist(DELIVERY_STATUSES),
    attempts: v.array(attemptSchema()),
  });

export const DELIVERY_EXAMPLE = {
  id: '019d8e5a-2c00-7e11-8c22-3f2a1c0d4e5f_17',
  endpointId: '019d8e5a-2c00-7e11-8c22-3f2a1c0d4e5f',
  type: 'session.started',
  timestamp: '2026-04-15T00:00:00.000Z',
  status: 'delivered',
  attempts: [{ at: '2026-04-15T00:00:00.120Z', status: 204, durationMs: 87, error: null, response: '' }],
};

const toAttemptWire = ({ at, ...attempt }: Attempt) => ({ at: isoOrNull(at), ...attempt });

export const toDeliveryWire = (delivery: Delivery) => ({
  id: messageId(delivery),
  endpointId: delivery.endpointId,
  type: delivery.type,
  timestamp: isoOrNull(delivery.createdAt),
  status: delivery.status,
  attempts: delivery.attempts.map(toAttemptWire),
});
