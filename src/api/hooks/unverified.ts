import type { Services } from '../../core/context.ts';
import { Fault } from '../kit/fault.ts';
import type { HttpContext } from '../kit/operation.ts';
import { noteFailure, requireOpenGate } from '../kit/rate-limit.ts';

/** What a call that proves nothing is answered. It does not say what is wrong. @throws Fault rate_limited */
export const unverified = async (services: Pick<Services, 'failures'>, http: HttpContext): Promise<Fault> => {
  await noteFailure(services, http);
  requireOpenGate(services, http);
  return new Fault('unverified_call', { headers: { 'WWW-Authenticate': 'Webhook realm="rollcall"' } });
};
