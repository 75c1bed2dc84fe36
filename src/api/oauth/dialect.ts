/** The dialect of `/oauth/token`: RFC 6749, §5.1 and §5.2. */

import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { answerJson } from '../kit/answer.ts';
import type { Dialect } from '../kit/dialect.ts';
import { FAULTS } from '../kit/english.ts';
import { type FaultKind, kindOf, statusOf } from '../kit/fault.ts';
import { renderFault } from '../kit/messages.ts';
import type { HttpContext } from '../kit/operation.ts';

/** The codes of RFC 6749 §5.2, and two of §4.1.2.1 for what is not the client's fault. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'server_error'
  | 'temporarily_unavailable';

const ERRORS: Record<FaultKind, OAuthErrorCode> = {
  invalid: 'invalid_request',
  unauthenticated: 'invalid_client',
  forbidden: 'invalid_scope',
  not_found: 'invalid_request',
  conflict: 'invalid_request',
  unprocessable: 'invalid_request',
  method_not_allowed: 'invalid_request',
  not_acceptable: 'invalid_request',
  too_large: 'invalid_request',
  rate_limited: 'temporarily_unavailable',
  internal: 'server_error',
  unavailable: 'temporarily_unavailable',
};

export const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };

/** An error in the words of RFC 6749, whose description has only part of ASCII (no `"`, no `\`). */
export const oauthError = (
  c: HttpContext,
  status: ContentfulStatusCode,
  error: OAuthErrorCode,
  description: string,
  headers: Record<string, string> = {},
): Response =>
  answerJson(
    c,
    { error, error_description: description.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, ' ') },
    status,
    {
      ...NO_STORE,
      ...headers,
    },
  );

export const oauthDialect: Dialect = {
  success: (c, data, status) => answerJson(c, data, status, NO_STORE),
  failure: (c, { code, params, issues, headers }) =>
    oauthError(c, statusOf(code), ERRORS[kindOf(code)], renderFault(code, params, issues, 'en'), {
      ...headers,
    }),
  docs: WITH_DOCS && {
    wrapSchema: (data) => data,
    wrapExample: (data) => data,
    errorMediaType: 'application/json',
    statusOf,
    errorExample: (code) => ({
      error: ERRORS[kindOf(code)],
      error_description: FAULTS[code],
    }),
  },
};
