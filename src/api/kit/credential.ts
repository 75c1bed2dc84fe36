import { looksLikeAccessToken } from '../../core/access/access-token.ts';
import { isApiKey } from '../../core/access/api-key.ts';

/** A credential as it came, not yet believed. */
export type Presented =
  | { readonly kind: 'none' }
  /** `isBearer`: sent as RFC 6750 says, which then also says how it is refused. */
  | { readonly kind: 'token'; readonly token: string; readonly isBearer?: boolean }
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: string }
  /** A key in `Authorization` without its scheme: refused, with a hint. */
  | { readonly kind: 'bare' }
  /** The console's cookie: see console-session.ts. */
  | { readonly kind: 'session'; readonly token: string };

const NONE = { kind: 'none' } as const;

/**
 * Reads the credential of a request (docs/contracts.md, "All families"): `Authorization: Bearer`, `Authorization: Basic` (RFC
 * 7617; the password is an API key, or the user is one and has no password, or they are a service ID and its secret), or
 * `X-API-Key` where `Authorization` holds nothing usable.
 */
export const readCredential = (headers: Headers): Presented => {
  const authorization = headers.get('authorization');
  const presented = authorization === null ? NONE : readAuthorization(authorization);
  if (isUsable(presented)) return presented;
  const apiKey = headers.get('x-api-key');
  return apiKey ? { kind: 'token', token: apiKey } : presented;
};

/** Whether it is worth a try: what came in the place of a key and has not the form of one is not. */
const isUsable = (presented: Presented): boolean => {
  switch (presented.kind) {
    case 'none':
    case 'bare':
      return false;
    case 'token':
      return presented.isBearer === true || isKeyOrToken(presented.token);
    default:
      return true;
  }
};

const isKeyOrToken = (text: string): boolean => isApiKey(text) || looksLikeAccessToken(text);

const readAuthorization = (authorization: string): Presented => {
  const [, scheme = '', value] = /^(\S+)(?:\s+(\S+))?\s*$/.exec(authorization) ?? [];
  if (value === undefined) return isKeyOrToken(scheme) ? { kind: 'bare' } : NONE;
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { kind: 'token', token: value, isBearer: true };
    case 'basic':
      return readBasic(value);
    default:
      return NONE;
  }
};

const readBasic = (encoded: string): Presented => {
  let pair: string;
  try {
    pair = new TextDecoder().decode(Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0)));
  } catch {
    return NONE;
  }
  const colon = pair.indexOf(':');
  const user = colon < 0 ? pair : pair.slice(0, colon);
  const password = colon < 0 ? '' : pair.slice(colon + 1);
  if (password !== '') return { kind: 'client', clientId: user, clientSecret: password };
  return user === '' ? NONE : { kind: 'token', token: user };
};
