/**
 * The hash chain of the audit trail. Link n carries SHA-256 over the canonical JSON (RFC 8785) of its record and the
 * hash of link n - 1, so that nothing in the past can be changed, removed, moved or slipped in without a trace.
 */
import { canonicalJson } from '../../lib/canonical-json.ts';
import { sha256Hex } from '../../lib/crypto.ts';
import type { AuditHead } from '../access/actor.ts';

/** What a link of the chain seals. */
export interface AuditRecord {
  /** As on the wire, so that a chain can be checked without the database. */
  readonly communityId: string;
  /** 1 for the community's first record, and no number left out. */
  readonly sequence: number;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  readonly type: string;
  readonly user: string;
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** Before the first record. */
export const GENESIS: AuditHead = { sequence: 0, hash: '' };

/** The hash of a record that follows the link with `previousHash`, as lower-case hex. */
export const hashAuditRecord = (record: AuditRecord, previousHash: string): Promise<string> =>
  sha256Hex(canonicalJson({ ...record, previousHash }));
