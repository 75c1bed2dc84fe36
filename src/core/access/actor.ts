import type { Quotas } from './quotas.ts';
import type { Scope } from './scopes.ts';
import type { Settings } from './settings.ts';

/** The tenant a call belongs to, with the settings its verbs need. */
export interface Community {
  /** The database that it lives in: see core/places.ts. */
  readonly place: number;
  /** Its name inside that database; never shown. */
  readonly id: number;
  /** Its id on the wire. */
  readonly publicId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly settings: Settings;
  readonly quotas: Quotas;
  /** Whether it had a webhook endpoint when this was read. */
  readonly hasWebhooks: boolean;
  /** The last record of the audit trail when this was read: vouches for name and settings (core/audit/audit.ts). */
  readonly auditHead: AuditHead;
}

/** The end of a community's hash chain. */
export interface AuditHead {
  /** The number of records so far, purged ones included. */
  readonly sequence: number;
  /** The hash of the last one; empty where there is none. */
  readonly hash: string;
}

/** A call made with a community's credential, or proven with the secret of one of its inbound webhooks. */
export interface CommunityActor {
  readonly kind: 'api-key' | 'service-id' | 'anonymous' | 'inbound-webhook';
  /** The credential's id and name, for the audit trail. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Epoch milliseconds from which the credential is refused; null for never. */
  readonly expiresAt: number | null;
  /** How late its calls may come; absent: a day. */
  readonly lateSeconds?: number;
  readonly community: Community;
}

/** The operator, by ADMIN_TOKEN. */
export interface OperatorActor {
  readonly kind: 'operator';
  readonly id: 'operator';
  readonly name: 'operator';
}

/** The scheduled trigger. */
export interface SystemActor {
  readonly kind: 'system';
  readonly id: 'scheduled';
  readonly name: 'scheduled';
}

/** Who calls. */
export type Actor = CommunityActor | OperatorActor | SystemActor;

export const OPERATOR: OperatorActor = { kind: 'operator', id: 'operator', name: 'operator' };
export const SYSTEM: SystemActor = { kind: 'system', id: 'scheduled', name: 'scheduled' };
