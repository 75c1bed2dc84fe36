import { keysOf } from '../../lib/keys.ts';

/**
 * The kinds of identifier that a call can name an account by, each with what its value is. Their order decides: the first
 * that is known names the account (docs/contracts.md, "Who is meant"). All else that goes by kind `satisfies` this.
 */
export const CALL_IDENTIFIERS = {
  accId: 'uuid',
  apiId: 'text',
  discord: 'text',
  uniqueId: 'integer or text',
  username: 'name',
} as const;

export type IdentifierKind = keyof typeof CALL_IDENTIFIERS;
export const IDENTIFIER_KINDS = keysOf(CALL_IDENTIFIERS);

/** One identifier of a call. */
export interface Identifier {
  readonly kind: IdentifierKind;
  readonly value: string;
}

/** An identifier that is noted of an account; its kind may be one that only a platform knows (`steam`). */
export interface NotedIdentifier {
  readonly kind: string;
  readonly value: string;
}

/** Personal data that nobody here needs: taken with the others, and never stored. */
const UNWANTED_KINDS: readonly string[] = ['ip', 'ipv4', 'ipv6', 'hwid', 'mac'];
/** What an account has that nobody registers: its own id, and whom a bare name means on a server. */
const OWN_KINDS: readonly string[] = ['accId', 'called'];

/** Whether an identifier of this kind can be registered with an account. */
export const isRegistrable = (kind: string): boolean =>
  /^[a-z][A-Za-z0-9_]{0,31}$/.test(kind) &&
  !UNWANTED_KINDS.includes(kind.toLowerCase()) &&
  !OWN_KINDS.includes(kind);

/** The identifier as one text: two are the same where theirs is. */
export const identifierKey = ({ kind, value }: NotedIdentifier): string => `${kind} ${value}`;

/** The identifiers of one call, in the order of their kinds. A name among them is the last. */
export type AccountRef = readonly [Identifier, ...Identifier[]];

/** Which identifier people know an account by best: a name, then the order in which they decide. Its own id is no name. */
const DISPLAY_ORDER: readonly IdentifierKind[] = [
  'username',
  ...IDENTIFIER_KINDS.filter((kind) => kind !== 'accId' && kind !== 'username'),
];

/** What to call an account that has these identifiers; undefined if only its id is known. */
export const displayNameOf = (identifiers: readonly Identifier[]): string | undefined => {
  for (const wanted of DISPLAY_ORDER) {
    const found = identifiers.find(({ kind }) => kind === wanted);
    if (found) return found.value;
  }
  return undefined;
};

/** Names have at most so many characters (code points); a longer one is cut. */
export const MAX_NAME_LENGTH = 128;

/** A name as it is searched: without regard to case. */
export const nameKey = (name: string): string => name.normalize('NFKC').toLowerCase();
