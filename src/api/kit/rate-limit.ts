import ipaddr from 'ipaddr.js';
import type { Services } from '../../core/context.ts';
import { Fault } from './fault.ts';
import type { HttpContext } from './operation.ts';

/** A limiter of wrangler.toml: so many calls (`q`) in so many seconds (`w`), as test/scripts/wrangler-config.test.ts holds them together. */
export const POLICIES = {
  calls: { q: 1000, w: 10 },
  expensive: { q: 120, w: 60 },
  failures: { q: 100, w: 60 },
} as const;
type Policy = keyof typeof POLICIES;

/** `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers), the same in every answer. */
export const RATE_LIMIT_POLICY = Object.entries(POLICIES)
  .map(([name, { q, w }]) => `"${name}";q=${q};w=${w}`)
  .join(', ');

/** The platform tells no remaining count, so only that there is none left. */
const limited = (policy: Policy, seconds: number): Fault =>
  new Fault('rate_limited', {
    params: { seconds },
    headers: { 'Retry-After': String(seconds), RateLimit: `"${policy}";r=0;t=${seconds}` },
  });

/**
 * Counts one call of `caller` (a credential's id, or an address) against the rate limit, which is kept by Cloudflare
 * per location and costs no query. Without the binding nothing is limited.
 * @throws Fault rate_limited, with `Retry-After` in whole seconds (docs/contracts.md, "All families")
 */
export const limitRate = async (
  { rateLimiter }: Pick<Services, 'rateLimiter'>,
  caller: string,
): Promise<void> => {
  const outcome = await rateLimiter?.limit({ key: caller });
  if (outcome?.success === false) throw limited('calls', POLICIES.calls.w);
};

/** The same for what costs the database much: totals, reports, files, verifications. @throws Fault rate_limited */
export const limitExpensive = async (
  { expensiveLimiter }: Pick<Services, 'expensiveLimiter'>,
  caller: string,
): Promise<void> => {
  const outcome = await expensiveLimiter?.limit({ key: caller });
  if (outcome?.success === false) throw limited('expensive', POLICIES.expensive.w);
};

/** A caller without a valid credential. A person with an IPv6 address has 2^64 of them. */
export const addressOf = (c: HttpContext): string => {
  const given = c.req.header('cf-connecting-ip') ?? 'unknown';
  if (!given.includes(':') || !ipaddr.isValid(given)) return `address:${given}`;
  const address = ipaddr.process(given);
  if (address.kind() === 'ipv4') return `address:${address}`;
  const network = address.toByteArray().slice(0, 8).concat(Array(8).fill(0));
  return `address:${ipaddr.fromByteArray(network)}/64`;
};

/** The platform always says where a call comes from; a local run does not, and all its callers are one. */
const hasAddress = (c: HttpContext): boolean => c.req.header('cf-connecting-ip') !== undefined;

/** Refuses an address that has failed too often, before the database is asked. @throws Fault rate_limited */
export const requireOpenGate = ({ failures }: Pick<Services, 'failures'>, c: HttpContext): void => {
  if (!hasAddress(c)) return;
  const closedForMs = failures.closedForMs(addressOf(c));
  if (closedForMs > 0) throw limited('failures', Math.ceil(closedForMs / 1000));
};

/** Counts a credential, or an id of an inbound webhook, that nobody holds. */
export const noteFailure = async (
  { failures }: Pick<Services, 'failures'>,
  c: HttpContext,
): Promise<void> => {
  if (hasAddress(c)) await failures.note(addressOf(c));
};
