import type { HttpContext } from './operation.ts';
import { RATE_LIMIT_POLICY } from './rate-limit.ts';
import { requestIdOf } from './request.ts';

/** What a browser must not do with an answer of ours (OWASP, "HTTP Headers"; the defaults of hono's secure-headers). */
const SECURITY_HEADERS = {
  // What is somebody's own stays out of every cache; what may be kept says so itself.
  'Cache-Control': 'no-store',
  'RateLimit-Policy': RATE_LIMIT_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
  Vary: 'Origin',
};

// To copy a Headers costs the runtime far less than to read a record of as many, or to set them one by one.
const HEADERS = new Headers(SECURITY_HEADERS);
const JSON_HEADERS = new Headers({ ...SECURITY_HEADERS, 'Content-Type': 'application/json' });

/** Only a browser says where it comes from, and only a browser heeds these. */
const EXPOSED = 'Link,RateLimit,RateLimit-Policy,Retry-After,X-D1-Bookmark,X-Request-Id';

/** Adds a header to the answer that is still to be made, unless that one has it itself. */
export const addHeader = (c: HttpContext, name: string, value: string): void =>
  c.set('headers', { ...c.get('headers'), [name]: value });

/** The only place that makes an answer, so that each has the headers that all have. */
const make = (
  c: HttpContext,
  body: string | ReadableStream<Uint8Array> | null,
  status: number,
  shared: Headers,
  own: Readonly<Record<string, string>> | undefined,
): Response => {
  const response = new Response(body, { status, headers: shared });
  const { headers } = response;
  const added = c.get('headers');
  if (added) setHeaders(headers, added);
  if (own) setHeaders(headers, own);
  headers.set('X-Request-Id', requestIdOf(c));
  if (c.req.raw.headers.has('origin')) {
    // Beside those that many have, what this answer has of its own.
    const names = Object.keys(added ?? {}).filter((name) => name.startsWith('X-'));
    headers.set('Access-Control-Allow-Origin', '*');
    headers.set('Access-Control-Expose-Headers', [EXPOSED, ...names].join(','));
  }
  return response;
};

const setHeaders = (headers: Headers, own: Readonly<Record<string, string>>): void => {
  for (const name in own) {
    headers.set(name, name === 'Vary' ? `${own[name]}, Origin` : (own[name] as string));
  }
};

export const answer = (
  c: HttpContext,
  body: string | ReadableStream<Uint8Array> | null,
  status: number,
  headers: Readonly<Record<string, string>>,
): Response => make(c, body, status, HEADERS, headers);

/** @param headers a `Content-Type` among them stands in the place of `application/json` */
export const answerJson = (
  c: HttpContext,
  body: unknown,
  status: number,
  headers?: Readonly<Record<string, string>>,
): Response => make(c, JSON.stringify(body), status, JSON_HEADERS, headers);
