import * as v from 'valibot';
import {
  type CallRecord,
  INBOUND_KINDS,
  type InboundKind,
  type InboundWebhook,
  type Verification,
} from '../../../core/hooks/model.ts';
import { standardKey } from '../../../core/hooks/verify-call.ts';
import { parseJsonPointer } from '../../../lib/json-pointer.ts';
import { Fault, invalidField } from '../../kit/fault.ts';
import {
  dateTime,
  documented,
  integer,
  isJsonObject,
  jsonObject,
  object,
  strictObject,
  text,
  uuid,
} from '../../kit/fields.ts';
import { fieldMessage, type Language, renderFault, renderIssue } from '../../kit/messages.ts';
import { isoOrNull, nameSchema } from '../../wire/access.ts';
import { INBOUND_FIELDS, refusalFault } from '../../wire/inbound-webhook.ts';

export const inboundWebhookParams = v.object({ webhookId: uuid });

const headerName = v.pipe(
  v.string(),
  v.check((value) => /^[\w!#$%&'*+.^`|~-]{1,64}$/.test(value), fieldMessage('header_name')),
  v.transform((value) => value.toLowerCase()),
  documented({ type: 'string', examples: ['X-Hub-Signature-256'] }),
);

const prefix = text(0, 32);
const idHeader = v.optional(headerName);

// Strict: an option that is misspelt would leave a door open in silence.
const verification = v.variant('scheme', [
  strictObject({ scheme: v.literal('standard-webhooks') }),
  strictObject({
    scheme: v.literal('hmac-sha256'),
    header: headerName,
    prefix: v.optional(prefix, ''),
    encoding: v.optional(v.picklist(['hex', 'base64']), 'hex'),
    idHeader,
  }),
  strictObject({
    scheme: v.literal('token'),
    header: v.optional(headerName, 'authorization'),
    prefix: v.optional(prefix),
    idHeader,
  }),
]);

/** A mapping as it comes: what it may name depends on the kind (`toMapping`). */
const mapping = v.nullish(
  v.pipe(
    jsonObject(8192),
    v.transform((json): unknown => JSON.parse(json)),
  ),
);

const secret = text(1, 256);

export const newInboundWebhookBody = object({
  name: nameSchema,
  kind: v.picklist(INBOUND_KINDS),
  verification,
  mapping,
  secret: v.nullish(secret),
});

export const inboundWebhookPatchBody = object({
  name: v.optional(nameSchema),
  verification: v.optional(verification),
  mapping,
  secret: v.nullish(secret),
});

/** The scheme with all its options. A token in `Authorization` is a bearer token, unless `prefix` says otherwise. */
export const toVerification = (options: v.InferOutput<typeof verification>): Verification =>
  options.scheme === 'token'
    ? { ...options, prefix: options.prefix ?? (options.header === 'authorization' ? 'Bearer ' : '') }
    : options;

/** A secret that the sender dictates, in the form that its scheme needs. @throws Fault invalid_input */
export const checkSecret = (value: string, { scheme }: Verification): string => {
  const isStandard = scheme === 'standard-webhooks';
  const keyLength = isStandard ? (standardKey(value)?.byteLength ?? 0) : 0;
  if (isStandard ? keyLength < 24 || keyLength > 64 : !/^[!-~]{16,256}$/.test(value)) {
    throw invalidField('secret', fieldMessage(isStandard ? 'base64_secret' : 'text_secret'));
  }
  return value;
};

const isPointer = (value: unknown): boolean =>
  typeof value === 'string' && parseJsonPointer(value) !== undefined;

const isSource = (value: unknown): boolean => {
  if (!isJsonObject(value)) return isPointer(value);
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && (key === 'const' || (key === 'root' && isPointer(value.root)));
};

/** A mapping to the fields of a kind. @throws Fault invalid_input, with an issue per refused entry */
export const toMapping = (value: unknown, kind: InboundKind): InboundWebhook['mapping'] => {
  if (value == null) return null;
  const known = INBOUND_FIELDS[kind];
  const issues = Object.entries(value as object).flatMap(([field, source]) => {
    if (field !== 'items' && !known.includes(field)) {
      return [fieldIssue(field, fieldMessage('unknown', ['items', ...known].join(', ')))];
    }
    if (field === 'items') {
      return isPointer(source) ? [] : [fieldIssue(field, fieldMessage('json_pointer'))];
    }
    return isSource(source) ? [] : [fieldIssue(field, fieldMessage('source'))];
  });
  if (issues.length > 0) throw new Fault('invalid_input', { issues });
  return value as InboundWebhook['mapping'];
};

const fieldIssue = (field: string, message: string) => ({ path: `mapping.${field}`, message });

export const inboundWebhookSchema = () =>
  v.object({
    id: v.string(),
    url: v.string(),
    path: v.string(),
    name: v.string(),
    kind: v.picklist(INBOUND_KINDS),
    verification: v.looseObject({ scheme: v.picklist(['standard-webhooks', 'hmac-sha256', 'token']) }),
    mapping: v.nullable(v.record(v.string(), v.unknown())),
    createdAt: dateTime(),
    callCount: integer(0),
  });

/** With the secret: only in the answer that makes it. */
export const newInboundWebhookSchema = () =>
  v.object({ ...inboundWebhookSchema().entries, secret: v.string() });
export const changedInboundWebhookSchema = () =>
  v.object({
    ...inboundWebhookSchema().entries,
    secret: v.optional(v.string()),
  });

export const INBOUND_WEBHOOK_EXAMPLE = {
  id: '019d8e5a-2c00-7b41-9d10-3f2a1c0d4e5f',
  url: 'https://rollcall.example/hooks/019d8e5a-2c00-7b41-9d10-3f2a1c0d4e5f',
  path: '/hooks/019d8e5a-2c00-7b41-9d10-3f2a1c0d4e5f',
  name: 'Gate',
  kind: 'tracker',
  verification: { scheme: 'standard-webhooks' },
  mapping: { serverId: { const: 1 }, discord: '/member/id' },
  createdAt: '2026-04-15T00:00:00.000Z',
  callCount: 0,
};

/** `requestUrl` tells under which origin this is reached. */
export const toInboundWebhookWire = (webhook: InboundWebhook, requestUrl: string) => {
  const path = `/hooks/${webhook.id}`;
  return {
    id: webhook.id,
    url: new URL(path, requestUrl).href,
    path,
    name: webhook.name,
    kind: webhook.kind,
    verification: webhook.verification,
    mapping: webhook.mapping,
    createdAt: isoOrNull(webhook.createdAt),
    callCount: webhook.callCount,
  };
};

export const callSchema = () =>
  v.object({
    number: integer(0),
    receivedAt: dateTime(),
    outcome: v.picklist(['recorded', 'replayed', 'refused']),
    messageId: v.nullable(v.string()),
    bodyBytes: integer(0),
    reason: v.nullable(
      v.object({
        code: v.string(),
        message: v.string(),
        errors: v.array(v.object({ path: v.string(), message: v.string() })),
      }),
    ),
  });

export const CALL_EXAMPLE = {
  number: 17,
  receivedAt: '2026-04-15T00:00:00.000Z',
  outcome: 'refused',
  messageId: null,
  bodyBytes: 214,
  reason: {
    code: 'SIGNATURE_MISMATCH',
    message: 'webhook-signature does not match the body and the secret.',
    errors: [{ path: 'webhook-signature', message: 'does not match the body and the secret' }],
  },
};

export const toCallWire = ({ receivedAt, refusal, ...call }: CallRecord, language: Language) => ({
  number: call.number,
  receivedAt: isoOrNull(receivedAt),
  outcome: call.outcome,
  messageId: call.messageId,
  bodyBytes: call.bodyBytes,
  reason: refusal && toReasonWire(refusal, language),
});

const toReasonWire = (refusal: NonNullable<CallRecord['refusal']>, language: Language) => {
  const { code, params, issues } = refusalFault(refusal);
  return {
    code: refusal.reason.toUpperCase(),
    message: renderFault(code, params, issues, language),
    errors: issues.map((issue) => renderIssue(issue, language)),
  };
};
