import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Fault, FaultCode } from './fault.ts';
import type { HttpContext } from './operation.ts';
import { languageOf } from './request.ts';

/** How a family says yes and no: its envelopes, for the wire and for its documentation. */
export interface Dialect {
  success(c: HttpContext, data: unknown, status: 200 | 201): Response;
  failure(c: HttpContext, fault: Fault): Response;
  /** `WITH_DOCS && {...}`, as in an operation. */
  readonly docs: false | DialectDocs;
}

/** What the OpenAPI document shows of a dialect: the success envelope around a schema, around an example, and errors. */
export interface DialectDocs {
  wrapSchema(data: Record<string, unknown>): Record<string, unknown>;
  wrapExample(data: unknown, path: string): unknown;
  readonly errorMediaType: string;
  statusOf(code: FaultCode): ContentfulStatusCode;
  errorExample(code: FaultCode, path: string): unknown;
}

/** The headers of an error, in the language it speaks. */
export const failureHeaders = (c: HttpContext, fault: Fault): Record<string, string> => ({
  'Content-Language': languageOf(c),
  Vary: 'Accept-Language',
  ...fault.headers,
});
