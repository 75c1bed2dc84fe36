import type { HttpContext } from './operation.ts';

/** `localhost` and names below it, 127.0.0.0/8, ::1, as the URL parser spells them. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * Whether the call is for this machine and no web page of somebody else has made it. What opens a local run only
 * (ANONYMOUS_COMMUNITY, WEBHOOK_ALLOW_PRIVATE) holds for such calls alone: a page in the developer's browser may call
 * any port here, by `localhost` (then its Origin tells) or by a name of its own that leads here (then the Host does).
 */
export const isLocalCall = (c: HttpContext): boolean => {
  const url = URL.parse(c.req.url);
  if (!url || !LOOPBACK.test(url.hostname)) return false;
  const origin = c.req.header('Origin');
  return origin === undefined || origin === url.origin;
};
