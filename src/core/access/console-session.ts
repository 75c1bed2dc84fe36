/**
 * Console sessions: what a browser holds instead of a secret. A JWT that names an API key (or the operator), so that a
 * stolen one ends with the key, after 12 hours, and says nothing of the secret it was exchanged for.
 */
import { errors, jwtVerify, SignJWT } from 'jose';
import { MARK, markOf, placeIn } from '../places.ts';

/** How long a session is good for. Not prolonged by use: a working day, and then the key again. */
export const CONSOLE_SESSION_SECONDS = 12 * 3600;

const ALGORITHM = 'HS256';
/** Another type and audience than an access token's: neither is ever taken for the other. */
const TYPE = 'console+jwt';
const ISSUER = 'rollcall';
const AUDIENCE = 'rollcall-console';
const OPERATOR = 'operator';

const keyOf = (secret: string): Uint8Array => new TextEncoder().encode(secret);

const sign = (secret: string, subject: string, now: number, expiresAt: number): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(keyOf(secret));

const verify = async (secret: string, token: string, now: number): Promise<string | undefined> => {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: new Date(now),
      requiredClaims: ['sub', 'exp'],
    });
    return payload.sub;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
};

/** Whom a session is of: an API key, and where that lives. */
export interface ConsoleSession {
  readonly place: number;
  readonly keyId: string;
}

const SUBJECT = new RegExp(`^api-key${MARK}:(.+)$`);

/** A session of the API key, from `now` to `expiresAt` (epoch milliseconds). */
export const signConsoleSession = (
  tokenSecret: string,
  { place, keyId }: ConsoleSession,
  now: number,
  expiresAt: number,
): Promise<string> => sign(tokenSecret, `api-key${markOf(place)}:${keyId}`, now, expiresAt);

/** The API key that the session is of; undefined if it is not ours, not intact or not valid at `now`. */
export const verifyConsoleSession = async (
  tokenSecret: string,
  token: string,
  now: number,
): Promise<ConsoleSession | undefined> => {
  const found = SUBJECT.exec((await verify(tokenSecret, token, now)) ?? '');
  return found?.[2] ? { place: placeIn(found), keyId: found[2] } : undefined;
};

/** A session of the operator. Signed with ADMIN_TOKEN itself, so that it ends with it. */
export const signOperatorSession = (adminToken: string, now: number, expiresAt: number): Promise<string> =>
  sign(adminToken, OPERATOR, now, expiresAt);

export const isOperatorSession = async (adminToken: string, token: string, now: number): Promise<boolean> =>
  (await verify(adminToken, token, now)) === OPERATOR;
