/** The console's cookie: an HttpOnly one that a script never reads, taken from pages of this very origin only. */
import type { Services } from '../../core/context.ts';
import { Fault } from './fault.ts';
import type { HttpContext } from './operation.ts';
import { noteFailure, requireOpenGate } from './rate-limit.ts';

/** Two, so that an operator may look at a community as one of its own people does. */
export const COMMUNITY_COOKIE = 'rollcall';
export const OPERATOR_COOKIE = 'rollcall-operator';
export type ConsoleCookie = typeof COMMUNITY_COOKIE | typeof OPERATOR_COOKIE;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether browsers take a `Secure` cookie from here: over https, and from this machine itself. */
const isTrustworthy = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || LOOPBACK.test(hostname);

const nameAt = (url: URL, cookie: ConsoleCookie): string =>
  isTrustworthy(url) ? `__Host-${cookie}` : cookie;

/**
 * Whether a page of this origin made the request. A browser says so itself where it can (`Sec-Fetch-Site`; not over plain
 * http to another machine). Where it says nothing at all, only what changes nothing is believed.
 */
export const isSameOrigin = (c: HttpContext): boolean => {
  const site = c.req.header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin';
  const url = new URL(c.req.url);
  const origin = c.req.header('Origin');
  if (origin !== undefined) return origin === url.origin;
  return !isTrustworthy(url) && (c.req.method === 'GET' || c.req.method === 'HEAD');
};

/** Whether this call may sign a browser in: not where a page of another origin makes it do so. Programs say nothing. */
export const mayOpenConsoleSession = (c: HttpContext): boolean =>
  isSameOrigin(c) || (c.req.header('Sec-Fetch-Site') === undefined && c.req.header('Origin') === undefined);

/** What a sign-in is refused with. Who guesses is counted by address. @throws Fault rate_limited for too many guesses */
export const refuseSignIn = async (services: Pick<Services, 'failures'>, c: HttpContext): Promise<Fault> => {
  await noteFailure(services, c);
  requireOpenGate(services, c);
  return new Fault('unauthenticated', { headers: { 'WWW-Authenticate': 'Bearer realm="rollcall"' } });
};

/** The session that came with a request of this origin; undefined where there is none. */
export const readConsoleSession = (c: HttpContext, cookie: ConsoleCookie): string | undefined => {
  const header = c.req.header('Cookie');
  if (header === undefined || !isSameOrigin(c)) return undefined;
  const prefix = `${nameAt(new URL(c.req.url), cookie)}=`;
  for (const pair of header.split(';')) {
    const text = pair.trim();
    if (text.startsWith(prefix)) return text.slice(prefix.length) || undefined;
  }
  return undefined;
};

/** `Set-Cookie` for a session of `seconds`; with 0 and no token the browser forgets it. */
export const setConsoleSession = (
  c: HttpContext,
  cookie: ConsoleCookie,
  token: string,
  seconds: number,
): string => {
  const url = new URL(c.req.url);
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isTrustworthy(url) ? '; Secure' : ''}`;
  return `${nameAt(url, cookie)}=${token}; ${attributes}`;
};

/** Whether a script of a page asks, so that a challenge for Basic would open the browser's own dialog. */
export const isFromScript = (c: HttpContext): boolean =>
  !['navigate', undefined].includes(c.req.header('Sec-Fetch-Mode'));
