/** Inbound webhooks: addresses under `/hooks` that other systems send to. */
import type { DomainError, DomainErrorCode } from '../errors.ts';
import type { Mapping } from './mapping.ts';
import type { SenderName } from './senders/index.ts';

/** What an inbound webhook records. */
export const INBOUND_KINDS = ['tracker', 'activity-log', 'account-activity'] as const;
export type InboundKind = (typeof INBOUND_KINDS)[number];

/** How a call of a sender without a name proves itself: what its owner says. Names of headers are in lower case. */
export type Verification =
  /** Standard Webhooks 1.0.0: id, time and body are signed. */
  | { readonly scheme: 'standard-webhooks' }
  /** `prefix` and an HMAC in a header, by default of the body alone. */
  | {
      readonly scheme: 'hmac-sha256';
      readonly header: string;
      readonly prefix: string;
      readonly encoding: 'hex' | 'base64';
      /** What is signed: a text with `{body}`, and `{timestamp}`, `{id}` or `{url}` where the sender signs them. */
      readonly signed?: string | undefined;
      /** The header with the time (Unix seconds) that `signed` names. */
      readonly timestampHeader?: string | undefined;
      /** Where one header holds several parts: what is between them, and what is before the time. */
      readonly separator?: string | undefined;
      readonly timestampPrefix?: string | undefined;
      /** The header with the message's id, where the sender has one. */
      readonly idHeader?: string | undefined;
      readonly verifyToken?: string | undefined;
    }
  /** `prefix` and the secret itself in a header, or the secret in a parameter of the URL. */
  | {
      readonly scheme: 'token';
      readonly header?: string | undefined;
      readonly prefix?: string | undefined;
      readonly parameter?: string | undefined;
      readonly idHeader?: string | undefined;
      /** What `hub.verify_token` has to be, where the sender asks before it subscribes; else the secret. */
      readonly verifyToken?: string | undefined;
    };

/** An inbound webhook as its owner sees it: everything but the secret. Instants in epoch milliseconds. */
export interface InboundWebhook {
  readonly id: string;
  readonly communityId: number;
  readonly name: string;
  readonly kind: InboundKind;
  readonly sender: SenderName;
  /** Of the sender `custom`; null of those with a name, which have their own. */
  readonly verification: Verification | null;
  /** null where the body has our fields as they are. */
  readonly mapping: Mapping | null;
  /** How long an equal body is a repeat, where the sender gives its messages no id. */
  readonly repeatSeconds: number;
  /** Whether the last calls keep their bodies. */
  readonly keepBodies: boolean;
  readonly createdAt: number;
  readonly callCount: number;
  /** Until when the secret before this one is taken too; null where there is none. */
  readonly previousSecretExpiresAt: number | null;
}

/** A call as it came in. */
export interface InboundCall {
  readonly webhookId: string;
  readonly url: string;
  /** By lower-case name; null where the call has no such header. */
  readonly header: (name: string) => string | null;
  readonly headers: Iterable<readonly [string, string]>;
  /** The raw bytes: what is signed. */
  readonly body: Uint8Array;
}

/** Why a field of an item is refused, as the check says it. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** What is wrong with a call that does not prove itself. To the caller they are all the same. */
export type UnverifiedReason =
  | 'header_missing'
  | 'parameter_missing'
  | 'timestamp_invalid'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'signature_mismatch'
  | 'token_mismatch';

/** Why nothing is recorded of a call that proves itself. */
export type IgnoredReason =
  | 'handshake'
  | 'condition_not_met'
  | 'items_not_found'
  | 'no_items'
  | 'too_many_items'
  | 'invalid_input'
  | DomainErrorCode;

export type RefusalReason = UnverifiedReason | IgnoredReason | 'malformed_json';

/** Why a call, or some of its items, were refused: what its owner reads. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** The header or the JSON Pointer that it is about. */
  readonly subject?: string | undefined;
  /** The limits that it breaks. */
  readonly limits?: readonly number[];
  /** Of a refusal by the domain. */
  readonly params?: DomainError['params'];
  readonly issues?: readonly Issue[];
}

/** The domain's refusal of what a call brings. */
export const toRefusal = ({ code, params }: DomainError): Refusal => ({ reason: code, params });

/** How many calls of each webhook are kept. */
export const CALLS_KEPT = 100;

export const CALL_OUTCOMES = ['recorded', 'replayed', 'ignored', 'refused'] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** A call as its webhook's owner reads it. */
export interface CallRecord {
  /** 1 for the webhook's first call. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly outcome: CallOutcome;
  readonly messageId: string | null;
  readonly bodyBytes: number;
  readonly hasBody: boolean;
  readonly refusal: Refusal | null;
}

/** What a call brought, kept to be read again: its body as we read it, and its headers without credentials. */
export interface KeptCall {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** What became of one item: what was recorded of it, or why nothing was. */
export type ItemOutcome = { readonly recorded: unknown } | { readonly refusal: Refusal };

/** The same, by its index in the call. */
export type ItemResult = { readonly index: number } & ItemOutcome;

/** What a message was answered. */
export interface InboundAnswer {
  readonly messageId: string;
  /** Epoch milliseconds of the first time. */
  readonly receivedAt: number;
  readonly results: readonly ItemResult[];
}
