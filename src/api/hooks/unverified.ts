import type { Services } from '../../core/context.ts';
import { Fault } from '../kit/fault.ts';
import type { HttpContext } from '../kit/operation.ts';
import { addressOf, limitRate } from '../kit/rate-limit.ts';

/** What a call that proves nothing is answered, whatever is wrong with it. @throws Fault rate_limited */
export const unverified = async (
  services: Pick<Services, 'rateLimiter'>,
  http: HttpContext,
): Promise<Fault> => {
  await limitRate(services, addressOf(http));
  return new Fault('unverified_call', { headers: { 'WWW-Authenticate': 'Webhook realm="rollcall"' } });
};
