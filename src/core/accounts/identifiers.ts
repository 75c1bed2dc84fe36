/** The kinds of identifier, in the order in which the first one present names the account (CONTRACTS, "Activity Tracker"). */
export const IDENTIFIER_KINDS = ['accId', 'apiId', 'discord', 'uniqueId', 'username'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

/** One name that an account is called by. */
export interface Identifier {
  readonly kind: IdentifierKind;
  readonly value: string;
}

/** The identifiers of one call: the first names the account, the others describe it if it is new. */
export type AccountRef = readonly [Identifier, ...Identifier[]];
