import type { Condition, Source } from '../mapping.ts';

/** A signature in a header. */
export interface SignatureProof {
  readonly algorithm: 'hmac-sha256' | 'hmac-sha1' | 'ed25519';
  /** How the secret is written: as the key itself, `whsec_` and the key in base64, or a public key in hex. */
  readonly secret: 'text' | 'base64' | 'public-key';
  readonly header: string;
  /** What the header holds before the signature; of several parts, what tells the signatures from the others. */
  readonly prefix: string;
  /** What is between the parts of a header that has several. */
  readonly separator?: string | undefined;
  readonly encoding: 'hex' | 'base64';
  /**
   * What is signed: a text with `{body}`, `{timestamp}`, `{id}`, `{url}`, or `{form}`: the names and values of a form
   * in the order of the names; of another body nothing, for its SHA-256 is in the URL then (`bodySHA256`).
   */
  readonly signed: string;
  /** Where the signed time (Unix seconds) is. A call may be five minutes off. */
  readonly timestamp?: { readonly header: string; readonly prefix?: string | undefined } | undefined;
}

/** The secret itself, in a header or in a parameter of the URL. */
export interface TokenProof {
  readonly algorithm: 'token';
  readonly header?: string | undefined;
  readonly parameter?: string | undefined;
  readonly prefix: string;
}

export type Proof = SignatureProof | TokenProof;

/** A call that only asks whether we are there. */
export interface Handshake {
  readonly when: Condition;
  /** What the sender wants for an answer, each field from the call; null for none (204). Left out: what all calls get. */
  readonly answer?: Readonly<Record<string, Source>> | null;
}

/** All that we know of a sender: how its calls prove themselves, and how it names them. */
export interface Sender {
  readonly proof: Proof;
  /** Where the message's id is, where the sender has one: a header, or a JSON Pointer into the body. */
  readonly idHeader?: string | undefined;
  readonly idPointer?: string;
  readonly handshakes?: readonly Handshake[];
  /** What it wants for an answer, where ours would trouble it. */
  readonly acknowledgement?: {
    readonly status: 200 | 204;
    readonly body: string | null;
    readonly type: string;
  };
}
