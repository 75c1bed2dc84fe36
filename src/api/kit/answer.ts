import type { HttpContext } from './operation.ts';
import { RATE_LIMIT_POLICY } from './rate-limit.ts';
import { requestIdOf } from './request.ts';

/** What a browser must not do with an answer of ours (OWASP, "HTTP Headers"; the defaults of hono's secure-headers). */
const SECURITY_HEADERS = new Headers({
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
});

/** Only a browser says where it comes from, and only a browser heeds these. */
const EXPOSED = 'Link,RateLimit,RateLimit-Policy,Retry-After,X-Request-Id';

/** Adds a header to the answer that is still to be made, unless that one has it itself. */
export const addHeader = (c: HttpContext, name: string, value: string): void =>
  c.set('headers', { ...c.get('headers'), [name]: value });

/** The only place that makes an answer, so that each has the headers that all have. */
export const answer = (
  c: HttpContext,
  body: string | ReadableStream<Uint8Array> | null,
  status: number,
  headers: Readonly<Record<string, string>>,
): Response => {
  // To copy a Headers costs the runtime far less than to read a record of as many.
  const response = new Response(body, { status, headers: SECURITY_HEADERS });
  setHeaders(response, { ...c.get('headers'), ...headers });
  response.headers.set('X-Request-Id', requestIdOf(c));
  response.headers.append('Vary', 'Origin');
  if (c.req.header('Origin') !== undefined) {
    // Beside those that many have, what this answer has of its own.
    const own = Object.keys(c.get('headers') ?? {}).filter((name) => name.startsWith('X-'));
    response.headers.set('Access-Control-Allow-Origin', '*');
    response.headers.set('Access-Control-Expose-Headers', [EXPOSED, ...own].join(','));
  }
  return response;
};

const setHeaders = (response: Response, headers: Readonly<Record<string, string>>): void => {
  for (const name in headers) response.headers.set(name, headers[name] as string);
};

export const answerJson = (
  c: HttpContext,
  body: unknown,
  status: number,
  headers?: Readonly<Record<string, string>>,
): Response => answer(c, JSON.stringify(body), status, { 'Content-Type': 'application/json', ...headers });
