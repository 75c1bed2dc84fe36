/** Access tokens: JWTs (RFC 9068) signed with TOKEN_SECRET, so that a token is verified without a query. */
import { errors, jwtVerify, SignJWT } from 'jose';

/** Seconds a token is good for, and how much longer it is taken, for clocks that differ. */
export const TOKEN_LIFETIME_SECONDS = 3600;
const TOLERANCE_SECONDS = 60;

const ALGORITHM = 'HS256';
const TYPE = 'at+jwt';
const ISSUER = 'rollcall';
const AUDIENCE = 'rollcall';

/** Whom a token stands for. */
export interface TokenSubject {
  readonly serviceId: string;
  /** The community's id on the wire. */
  readonly communityId: string;
  /** Says its place. */
  readonly clientId: string;
}

const keyOf = (secret: string): Uint8Array => new TextEncoder().encode(secret);

/** Signs a token from `now` (epoch milliseconds) on. */
export const signAccessToken = (
  secret: string,
  { serviceId, communityId, clientId, scope }: TokenSubject & { scope: string },
  now: number,
  jti: string,
): Promise<string> => {
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({ community: communityId, client_id: clientId, scope })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(serviceId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + TOKEN_LIFETIME_SECONDS)
    .setJti(jti)
    .sign(keyOf(secret));
};

/** Whom the token stands for; undefined if it is not ours, not intact or not valid at `now`. */
export const verifyAccessToken = async (
  secret: string,
  token: string,
  now: number,
): Promise<TokenSubject | undefined> => {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: new Date(now),
      requiredClaims: ['sub', 'exp', 'community', 'client_id'],
    });
    const { sub, community, client_id } = payload;
    return typeof sub === 'string' && typeof community === 'string' && typeof client_id === 'string'
      ? { serviceId: sub, communityId: community, clientId: client_id }
      : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
};

/** Whether a credential has the form of a token: three parts, the first one a JSON object. */
export const looksLikeAccessToken = (text: string): boolean => /^ey[\w-]*\.[\w-]*\.[\w-]*$/.test(text);
