import type { Services } from '../../core/context.ts';
import { Fault } from './fault.ts';
import type { HttpContext } from './operation.ts';

/** The period of the rate limit in wrangler.toml, and so the longest anybody has to wait. */
const RETRY_AFTER_SECONDS = 10;

/**
 * Counts one call of `caller` (a credential's id, or an address) against the rate limit, which is kept by Cloudflare
 * per location and costs no query. Without the binding nothing is limited.
 * @throws Fault rate_limited, with `Retry-After` in whole seconds (docs/contracts.md, "All families")
 */
export const limitRate = async (
  { rateLimiter }: Pick<Services, 'rateLimiter'>,
  caller: string,
): Promise<void> => {
  if (!rateLimiter) return;
  const { success } = await rateLimiter.limit({ key: caller });
  if (success) return;
  throw new Fault('rate_limited', {
    params: { seconds: RETRY_AFTER_SECONDS },
    headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
  });
};

/** A caller without a valid credential, as `limitRate` counts it. */
export const addressOf = (c: HttpContext): string =>
  `address:${c.req.header('cf-connecting-ip') ?? 'unknown'}`;
