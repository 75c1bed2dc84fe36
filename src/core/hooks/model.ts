/** Inbound webhooks: addresses under `/hooks` that other systems send to. */
import type { DomainError, DomainErrorCode } from '../errors.ts';

/** What an inbound webhook records. */
export const INBOUND_KINDS = ['tracker', 'activity-log', 'account-activity'] as const;
export type InboundKind = (typeof INBOUND_KINDS)[number];

/** How a call proves that it comes from the sender. Names of headers are in lower case. */
export type Verification =
  /** Standard Webhooks 1.0.0: id, time and body are signed. */
  | { readonly scheme: 'standard-webhooks' }
  /** The body is signed: `prefix` and the HMAC in a header, as GitHub does it. */
  | {
      readonly scheme: 'hmac-sha256';
      readonly header: string;
      readonly prefix: string;
      readonly encoding: 'hex' | 'base64';
      /** The header with the message's id, where the sender has one. */
      readonly idHeader?: string | undefined;
    }
  /** `prefix` and the secret itself in a header, as GitLab does it. */
  | {
      readonly scheme: 'token';
      readonly header: string;
      readonly prefix: string;
      readonly idHeader?: string | undefined;
    };

/** Where the value of a field comes from: a JSON Pointer into the item, one into the whole body, or a constant. */
export type Source = string | { readonly root: string } | { readonly const: unknown };

/** From the sender's body to our fields. `items`, a JSON Pointer, makes a batch of the list that it finds. */
export type Mapping = { readonly items?: string } & { readonly [field: string]: Source };

/** An inbound webhook as its owner sees it: everything but the secret. Instants in epoch milliseconds. */
export interface InboundWebhook {
  readonly id: string;
  readonly communityId: number;
  readonly name: string;
  readonly kind: InboundKind;
  readonly verification: Verification;
  /** null where the body has our fields as they are. */
  readonly mapping: Mapping | null;
  readonly createdAt: number;
  readonly callCount: number;
}

/** A call as it came in. */
export interface InboundCall {
  readonly webhookId: string;
  /** By lower-case name; null where the call has no such header. */
  readonly header: (name: string) => string | null;
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
  | 'timestamp_invalid'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'signature_mismatch'
  | 'token_mismatch';

export type RefusalReason =
  | UnverifiedReason
  | 'message_id_missing'
  | 'message_id_invalid'
  | 'malformed_json'
  | 'items_not_found'
  | 'too_many_items'
  | 'invalid_input'
  | DomainErrorCode;

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

export type CallOutcome = 'recorded' | 'replayed' | 'refused';

/** A call as its webhook's owner reads it. */
export interface CallRecord {
  /** 1 for the webhook's first call. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly outcome: CallOutcome;
  readonly messageId: string | null;
  readonly bodyBytes: number;
  readonly refusal: Refusal | null;
}

/** What became of an item, by its index in the call. */
export type ItemResult =
  | { readonly index: number; readonly recorded: unknown }
  | { readonly index: number; readonly refusal: Refusal };

/** What a message was answered, the first time and every time after. */
export interface InboundAnswer {
  readonly messageId: string;
  /** Epoch milliseconds of the first time. */
  readonly receivedAt: number;
  readonly results: readonly ItemResult[];
}
