import { randomBase62 } from '../../lib/crypto.ts';
import type { Scope } from './scopes.ts';

/** What a service ID is for, in the words of the source API, and what that opens here. */
export const SCOPES_OF_CATEGORY = {
  'artifact-authoring': [],
  'artifact-reporting': [],
  'account-activity-reporting': ['account-activity:read'],
  'user-management': [],
  'work-management': [],
} as const satisfies Record<string, readonly Scope[]>;

export type ServiceIdCategory = keyof typeof SCOPES_OF_CATEGORY;

export const SERVICE_ID_CATEGORIES = Object.keys(SCOPES_OF_CATEGORY) as ServiceIdCategory[];

/** A service ID as its owner sees it: everything but the secret. */
export interface ServiceId {
  readonly id: string;
  readonly name: string;
  readonly category: ServiceIdCategory;
  readonly clientId: string;
  readonly createdAt: number;
  readonly rotatedAt: number | null;
  /** Epoch milliseconds until which the secret before the last rotation works too; null where there is none. */
  readonly previousSecretExpiresAt: number | null;
}

export const newClientId = (): string => `rcid_${randomBase62(22)}`;

/** 238 bits: it is stored as a plain SHA-256. */
export const newClientSecret = (): string => `rcs_${randomBase62(40)}`;

export const isClientId = (text: string): boolean => /^rcid_[0-9A-Za-z]{22}$/.test(text);
