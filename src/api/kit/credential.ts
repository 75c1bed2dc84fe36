/** A credential as it came, not yet believed. */
export type Presented =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: string }
  /** The console's cookie: see console-session.ts. */
  | { readonly kind: 'session'; readonly token: string };

/**
 * Reads the credential of a request (docs/contracts.md, "All families"): `Authorization: Bearer`, `Authorization: Basic` (RFC
 * 7617; the password is an API key, or user and password are a service ID and its secret), or `X-API-Key`.
 */
export const readCredential = (headers: Headers): Presented => {
  const authorization = headers.get('authorization');
  if (authorization === null) {
    const apiKey = headers.get('x-api-key');
    return apiKey === null ? { kind: 'none' } : { kind: 'token', token: apiKey };
  }
  const [, scheme = '', value = ''] = /^(\S+)\s+(\S+)\s*$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { kind: 'token', token: value };
    case 'basic':
      return readBasic(value);
    default:
      return { kind: 'none' };
  }
};

const readBasic = (encoded: string): Presented => {
  let pair: string;
  try {
    pair = new TextDecoder().decode(Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0)));
  } catch {
    return { kind: 'none' };
  }
  const colon = pair.indexOf(':');
  return colon < 0
    ? { kind: 'none' }
    : { kind: 'client', clientId: pair.slice(0, colon), clientSecret: pair.slice(colon + 1) };
};
