import * as v from 'valibot';
import {
  CALL_OUTCOMES,
  type CallRecord,
  INBOUND_KINDS,
  type InboundKind,
  type InboundWebhook,
  type Verification,
} from '../../../core/hooks/model.ts';
import { RECIPE_NAMES, RECIPES, type RecipeName } from '../../../core/hooks/recipes.ts';
import { SENDER_NAMES, type SenderName, senderOf } from '../../../core/hooks/senders/index.ts';
import { standardKey } from '../../../core/hooks/verify-call.ts';
import { invalidField } from '../../kit/fault.ts';
import {
  dateTime,
  documented,
  integer,
  jsonObject,
  object,
  placedUuid,
  strictObject,
  text,
} from '../../kit/fields.ts';
import { fieldMessage, type Language } from '../../kit/messages.ts';
import { isoOrNull, nameSchema } from '../../wire/access.ts';
import { reasonSchema, toReasonWire } from '../../wire/inbound/refusal.ts';
import { toMapping } from './mapping.ts';

export const inboundWebhookParams = v.object({ webhookId: placedUuid });

const headerName = v.pipe(
  v.string(),
  v.check((value) => /^[\w!#$%&'*+.^`|~-]{1,64}$/.test(value), fieldMessage('header_name')),
  v.transform((value) => value.toLowerCase()),
  documented(WITH_DOCS && { type: 'string', examples: ['X-Hub-Signature-256'] }),
);

const prefix = text(0, 32);
const idHeader = v.optional(headerName);
const verifyToken = v.optional(text(16, 256));

// Strict: an option that is misspelt would leave a door open in silence.
const verification = v.variant('scheme', [
  strictObject({ scheme: v.literal('standard-webhooks') }),
  strictObject({
    scheme: v.literal('hmac-sha256'),
    header: headerName,
    prefix: v.optional(prefix, ''),
    encoding: v.optional(v.picklist(['hex', 'base64']), 'hex'),
    signed: v.optional(text(1, 128)),
    timestampHeader: v.optional(headerName),
    separator: v.optional(text(1, 1)),
    timestampPrefix: v.optional(prefix),
    idHeader,
    verifyToken,
  }),
  strictObject({
    scheme: v.literal('token'),
    header: v.optional(headerName),
    parameter: v.optional(text(1, 64)),
    prefix: v.optional(prefix),
    idHeader,
    verifyToken,
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
const DAY_SECONDS = 86_400;

const optionEntries = {
  sender: v.optional(v.picklist(SENDER_NAMES)),
  verification: v.optional(verification),
  mapping,
  secret: v.nullish(secret),
  repeatSeconds: v.optional(integer(0, 7 * DAY_SECONDS)),
  keepBodies: v.optional(v.boolean()),
};

export const newInboundWebhookBody = object({
  name: nameSchema,
  kind: v.picklist(INBOUND_KINDS),
  recipe: v.optional(v.picklist(RECIPE_NAMES)),
  ...optionEntries,
});

export const inboundWebhookPatchBody = object({
  name: v.optional(nameSchema),
  ...optionEntries,
  overlapSeconds: v.optional(integer(0, 7 * DAY_SECONDS)),
});

/** How calls prove themselves, as the body says it. */
export interface Proven {
  readonly sender: SenderName;
  readonly verification: Verification | null;
}

/**
 * A sender by its name, or one of its own by how it verifies; undefined where the body says neither.
 * @throws Fault invalid_input
 */
export const toProven = ({
  sender,
  verification: options,
}: {
  sender?: SenderName | undefined;
  verification?: v.InferOutput<typeof verification> | undefined;
}): Proven | undefined => {
  if (sender === undefined || sender === 'custom') {
    if (options) return { sender: 'custom', verification: toVerification(options) };
    if (sender === 'custom') throw invalidField('verification', fieldMessage('required'));
    return undefined;
  }
  if (options) throw invalidField('verification', fieldMessage('exclusive', `sender ${sender}`));
  return { sender, verification: null };
};

/** The scheme with all its options. A token in `Authorization` is a bearer token, unless `prefix` says otherwise. */
const toVerification = (options: v.InferOutput<typeof verification>): Verification => {
  if (options.scheme === 'hmac-sha256') return checkSigned(options);
  if (options.scheme !== 'token') return options;
  if (options.parameter !== undefined) {
    if (options.header !== undefined || options.prefix !== undefined) {
      throw invalidField('verification.parameter', fieldMessage('exclusive', 'header, prefix'));
    }
    return options;
  }
  const header = options.header ?? 'authorization';
  return { ...options, header, prefix: options.prefix ?? (header === 'authorization' ? 'Bearer ' : '') };
};

/** @throws Fault invalid_input where what is signed and the headers do not fit */
const checkSigned = <V extends Verification & { scheme: 'hmac-sha256' }>(options: V): V => {
  const { signed, timestampHeader, idHeader: id } = options;
  const names: string[] = (signed ?? '{body}').match(/\{\w*\}/g) ?? [];
  const known = ['{body}', '{url}', ...(timestampHeader ? ['{timestamp}'] : []), ...(id ? ['{id}'] : [])];
  const isSound =
    names.includes('{body}') &&
    names.every((name) => known.includes(name)) &&
    (timestampHeader === undefined || names.includes('{timestamp}'));
  if (!isSound) throw invalidField('verification.signed', fieldMessage('signed_text'));
  return options;
};

/**
 * A secret that the sender dictates, in the form that it has there. A key of the sender's own cannot be left out.
 * @throws Fault invalid_input
 */
export const checkSecret = (
  value: string | null | undefined,
  proven: Proven,
  isNew: boolean,
): string | null | undefined => {
  const { proof } = senderOf(proven);
  const form = 'secret' in proof ? proof.secret : 'text';
  if (value == null) {
    if (form === 'public-key' && (isNew || value === null)) {
      throw invalidField('secret', fieldMessage('required'));
    }
    return value;
  }
  const keyLength = form === 'base64' ? (standardKey(value)?.byteLength ?? 0) : 0;
  const [isSound, message] = {
    base64: [keyLength >= 24 && keyLength <= 64, 'base64_secret'],
    text: [/^[!-~]{16,256}$/.test(value), 'text_secret'],
    'public-key': [/^[0-9a-f]{64}$/i.test(value), 'public_key'],
  }[form] as [boolean, 'base64_secret' | 'text_secret' | 'public_key'];
  if (!isSound) throw invalidField('secret', fieldMessage(message));
  return value;
};

/** The mapping of a new webhook: a recipe's, with what the body says beside it. @throws Fault invalid_input */
export const toNewMapping = (kind: InboundKind, recipe: RecipeName | undefined, own: unknown) => {
  if (recipe === undefined) return toMapping(own, kind);
  if (RECIPES[recipe].kind !== kind) throw invalidField('kind', fieldMessage('one_of', RECIPES[recipe].kind));
  return toMapping({ ...RECIPES[recipe].mapping, ...(own ?? {}) }, kind);
};

export const inboundWebhookSchema = () =>
  v.object({
    id: v.string(),
    url: v.string(),
    path: v.string(),
    name: v.string(),
    kind: v.picklist(INBOUND_KINDS),
    sender: v.picklist(SENDER_NAMES),
    verification: v.nullable(
      v.looseObject({ scheme: v.picklist(['standard-webhooks', 'hmac-sha256', 'token']) }),
    ),
    mapping: v.nullable(v.record(v.string(), v.unknown())),
    repeatSeconds: integer(0),
    keepBodies: v.boolean(),
    previousSecretExpiresAt: v.nullable(dateTime()),
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
  sender: 'standard-webhooks',
  verification: null,
  mapping: { serverId: { const: 1 }, discord: '/member/id' },
  repeatSeconds: 60,
  keepBodies: false,
  previousSecretExpiresAt: null,
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
    sender: webhook.sender,
    verification: webhook.verification,
    mapping: webhook.mapping,
    repeatSeconds: webhook.repeatSeconds,
    keepBodies: webhook.keepBodies,
    previousSecretExpiresAt: isoOrNull(webhook.previousSecretExpiresAt),
    createdAt: isoOrNull(webhook.createdAt),
    callCount: webhook.callCount,
  };
};

export const callSchema = () =>
  v.object({
    number: integer(0),
    receivedAt: dateTime(),
    outcome: v.picklist(CALL_OUTCOMES),
    messageId: v.nullable(v.string()),
    bodyBytes: integer(0),
    hasBody: v.boolean(),
    reason: v.nullable(reasonSchema()),
  });

export const CALL_EXAMPLE = {
  number: 17,
  receivedAt: '2026-04-15T00:00:00.000Z',
  outcome: 'refused',
  messageId: null,
  bodyBytes: 214,
  hasBody: false,
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
  hasBody: call.hasBody,
  reason: refusal && toReasonWire(refusal, language),
});
