/** The kinds of identifier, in the order in which the first one present names the account (docs/contracts.md, "Who is meant"). */
export const IDENTIFIER_KINDS = ['accId', 'apiId', 'discord', 'uniqueId', 'username'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

/** One name that an account is called by. */
export interface Identifier {
  readonly kind: IdentifierKind;
  readonly value: string;
}

/** The identifier as one text: two are the same where theirs is. */
export const identifierKey = ({ kind, value }: Identifier): string => `${kind} ${value}`;

/** The identifiers of one call: the first names the account, the others describe it if it is new. */
export type AccountRef = readonly [Identifier, ...Identifier[]];

/** Which identifier people know an account by best. An account's own id is no name. */
const DISPLAY_ORDER: readonly IdentifierKind[] = ['username', 'apiId', 'discord', 'uniqueId'];

/** What to call an account that has these identifiers; undefined if only its id is known. */
export const displayNameOf = (identifiers: readonly Identifier[]): string | undefined => {
  for (const wanted of DISPLAY_ORDER) {
    const found = identifiers.find(({ kind }) => kind === wanted);
    if (found) return found.value;
  }
  return undefined;
};
