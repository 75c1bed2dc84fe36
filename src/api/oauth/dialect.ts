/** The dialect of `/oauth/token`: RFC 6749, §5.1 and §5.2. */

import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { answerJson } from '../kit/answer.ts';
import type { Dialect } from '../kit/dialect.ts';
import type { FaultCode } from '../kit/fault.ts';
import { FAULT_MESSAGES, renderFault } from '../kit/messages.ts';
import type { HttpContext } from '../kit/operation.ts';

/** The codes of RFC 6749 §5.2, and two of §4.1.2.1 for what is not the client's fault. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'server_error'
  | 'temporarily_unavailable';

const ERRORS: Record<FaultCode, { status: ContentfulStatusCode; error: OAuthErrorCode }> = {
  malformed_json: { status: 400, error: 'invalid_request' },
  invalid_input: { status: 400, error: 'invalid_request' },
  invalid_cursor: { status: 400, error: 'invalid_request' },
  unauthenticated: { status: 401, error: 'invalid_client' },
  unverified_call: { status: 401, error: 'invalid_client' },
  forbidden: { status: 403, error: 'invalid_scope' },
  route_not_found: { status: 404, error: 'invalid_request' },
  account_not_found: { status: 404, error: 'invalid_request' },
  activities_not_found: { status: 404, error: 'invalid_request' },
  api_key_not_found: { status: 404, error: 'invalid_request' },
  community_not_found: { status: 404, error: 'invalid_request' },
  service_id_not_found: { status: 404, error: 'invalid_request' },
  webhook_endpoint_not_found: { status: 404, error: 'invalid_request' },
  webhook_delivery_not_found: { status: 404, error: 'invalid_request' },
  webhook_endpoint_disabled: { status: 409, error: 'invalid_request' },
  too_many_sessions: { status: 409, error: 'invalid_request' },
  too_many_webhook_endpoints: { status: 409, error: 'invalid_request' },
  inbound_webhook_not_found: { status: 404, error: 'invalid_request' },
  log_entry_not_found: { status: 404, error: 'invalid_request' },
  log_second_full: { status: 409, error: 'invalid_request' },
  identifier_taken: { status: 409, error: 'invalid_request' },
  session_ends_before_start: { status: 400, error: 'invalid_request' },
  session_not_found: { status: 404, error: 'invalid_request' },
  session_open: { status: 409, error: 'invalid_request' },
  session_overlaps: { status: 409, error: 'invalid_request' },
  session_voided: { status: 409, error: 'invalid_request' },
  method_not_allowed: { status: 405, error: 'invalid_request' },
  body_too_large: { status: 413, error: 'invalid_request' },
  rate_limited: { status: 429, error: 'temporarily_unavailable' },
  internal: { status: 500, error: 'server_error' },
  unavailable: { status: 503, error: 'temporarily_unavailable' },
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
    oauthError(c, ERRORS[code].status, ERRORS[code].error, renderFault(code, params, issues, 'en'), {
      ...headers,
    }),
  docs: WITH_DOCS && {
    wrapSchema: (data) => data,
    wrapExample: (data) => data,
    errorMediaType: 'application/json',
    statusOf: (code) => ERRORS[code].status,
    errorExample: (code) => ({
      error: ERRORS[code].error,
      error_description: FAULT_MESSAGES.en[code],
    }),
  },
};
