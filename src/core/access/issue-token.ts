import { signAccessToken, TOKEN_LIFETIME_SECONDS } from './access-token.ts';
import { authenticateServiceId, type Reader } from './authenticate.ts';

/** An access token, as RFC 6749 §5.1 hands it out. */
export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly scope: string;
}

export type TokenRefusal = 'invalid_client' | 'invalid_scope';

/**
 * The client credentials grant (RFC 6749 §4.4). Without `scope`, the token has all that the service ID's category
 * opens; with it, it must ask for no more than that.
 */
export const issueToken = async (
  services: Reader,
  tokenSecret: string,
  { clientId, clientSecret, scope }: { clientId: string; clientSecret: string; scope?: string | undefined },
): Promise<IssuedToken | TokenRefusal> => {
  const actor = await authenticateServiceId(services, clientId, clientSecret);
  if (!actor) return 'invalid_client';
  const granted: readonly string[] = actor.scopes;
  const asked = scope?.split(' ').filter((part) => part !== '') ?? [];
  if (asked.some((part) => !granted.includes(part))) return 'invalid_scope';
  const now = services.clock.now();
  const subject = {
    serviceId: actor.id,
    communityId: actor.community.publicId,
    clientId,
    scope: granted.join(' '),
  };
  return {
    accessToken: await signAccessToken(tokenSecret, subject, now, services.newId(now)),
    expiresInSeconds: TOKEN_LIFETIME_SECONDS,
    scope: subject.scope,
  };
};
