import { randomBase62 } from '../../lib/crypto.ts';
import { keysOf } from '../../lib/keys.ts';
import { MARK, markOf, NOWHERE, placeIn } from '../places.ts';
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

export const SERVICE_ID_CATEGORIES = keysOf(SCOPES_OF_CATEGORY);

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

/** `rcid_` and 22 characters; of place 1, `rcid1_`. */
export const newClientId = (place: number): string => `rcid${markOf(place)}_${randomBase62(22)}`;

/** 238 bits: it is stored as a plain SHA-256. */
export const newClientSecret = (): string => `rcs_${randomBase62(40)}`;

const CLIENT_ID = new RegExp(`^rcid${MARK}_[0-9A-Za-z]{22}$`);

/** The place that a client id says; NOWHERE for what has not its form. */
export const placeOfClientId = (text: string): number => placeIn(CLIENT_ID.exec(text));

export const isClientId = (text: string): boolean => placeOfClientId(text) !== NOWHERE;
