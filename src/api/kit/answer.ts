/** How every answer is made: at once, with all its headers. To add them to a response later costs more than the rest of it. */
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { HttpContext } from './operation.ts';
import { requestIdOf } from './request.ts';

/** What a browser must not do with an answer of ours (OWASP, "HTTP Headers"; the defaults of hono's secure-headers). */
const SECURITY_HEADERS = {
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
};

/** Only a browser says where it comes from, and only a browser heeds these. */
const CROSS_ORIGIN_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Link,Retry-After,X-Request-Id',
};

/** The headers of every answer to this request. */
export const commonHeaders = (c: HttpContext): Record<string, string> => ({
  ...SECURITY_HEADERS,
  ...(c.req.header('Origin') !== undefined && CROSS_ORIGIN_HEADERS),
  'X-Request-Id': requestIdOf(c),
  ...c.get('headers'),
});

/** Adds a header to the answer that is still to be made, unless that one has it itself. */
export const addHeader = (c: HttpContext, name: string, value: string): void =>
  c.set('headers', { ...c.get('headers'), [name]: value });

export const answer = (
  c: HttpContext,
  body: string | ReadableStream<Uint8Array>,
  status: ContentfulStatusCode,
  headers: Readonly<Record<string, string>>,
): Response => new Response(body, { status, headers: { ...commonHeaders(c), ...headers } });

export const answerJson = (
  c: HttpContext,
  body: unknown,
  status: ContentfulStatusCode,
  headers?: Readonly<Record<string, string>>,
): Response => answer(c, JSON.stringify(body), status, { 'Content-Type': 'application/json', ...headers });
