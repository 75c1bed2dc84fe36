/** The dialect of `/scr/api/...`: bare data, and errors as `{error, message, ...}`. */

import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { answerJson } from '../kit/answer.ts';
import { type Dialect, failureHeaders } from '../kit/dialect.ts';
import type { Fault, FaultCode } from '../kit/fault.ts';
import { FAULT_MESSAGES, type Language, renderFault, renderIssue } from '../kit/messages.ts';
import { languageOf, requestIdOf } from '../kit/request.ts';

const ERRORS: Record<FaultCode, { status: ContentfulStatusCode; error: string }> = {
  malformed_json: { status: 400, error: 'invalid_request' },
  invalid_input: { status: 400, error: 'invalid_request' },
  invalid_cursor: { status: 400, error: 'invalid_cursor' },
  unauthenticated: { status: 401, error: 'unauthorized' },
  unverified_call: { status: 401, error: 'unauthorized' },
  forbidden: { status: 403, error: 'forbidden' },
  route_not_found: { status: 404, error: 'not_found' },
  account_not_found: { status: 404, error: 'not_found' },
  activities_not_found: { status: 404, error: 'not_found' },
  api_key_not_found: { status: 404, error: 'not_found' },
  community_not_found: { status: 404, error: 'not_found' },
  service_id_not_found: { status: 404, error: 'not_found' },
  webhook_endpoint_not_found: { status: 404, error: 'not_found' },
  webhook_delivery_not_found: { status: 404, error: 'not_found' },
  webhook_endpoint_disabled: { status: 409, error: 'conflict' },
  too_many_sessions: { status: 409, error: 'conflict' },
  too_many_webhook_endpoints: { status: 409, error: 'conflict' },
  inbound_webhook_not_found: { status: 404, error: 'not_found' },
  log_entry_not_found: { status: 404, error: 'not_found' },
  log_second_full: { status: 409, error: 'conflict' },
  identifier_taken: { status: 409, error: 'conflict' },
  session_ends_before_start: { status: 400, error: 'invalid_request' },
  session_not_found: { status: 404, error: 'not_found' },
  session_open: { status: 409, error: 'conflict' },
  session_overlaps: { status: 409, error: 'conflict' },
  session_voided: { status: 409, error: 'conflict' },
  method_not_allowed: { status: 405, error: 'method_not_allowed' },
  body_too_large: { status: 413, error: 'body_too_large' },
  rate_limited: { status: 429, error: 'rate_limited' },
  internal: { status: 500, error: 'internal_error' },
  unavailable: { status: 503, error: 'unavailable' },
};

/** The source's own sentences, whatever the language. */
const LITERAL: Partial<Record<FaultCode, string>> = {
  activities_not_found: FAULT_MESSAGES.en.activities_not_found,
  method_not_allowed: 'The specified method is not allowed. Select GET method for this request.',
};

const messageOf = ({ code, params, issues }: Fault, language: Language): string =>
  LITERAL[code] ?? renderFault(code, params, issues, language);

/** The whole of this answer is the contract's. */
const NOTHING_FOUND = {
  error: ERRORS.activities_not_found.error,
  message: FAULT_MESSAGES.en.activities_not_found,
  records: [],
};

export const accountActivityDialect: Dialect = {
  success: (c, data, status) => answerJson(c, data, status),

  failure: (c, fault) => {
    const { status, error } = ERRORS[fault.code];
    const language = languageOf(c);
    if (fault.code === 'activities_not_found') return answerJson(c, NOTHING_FOUND, 404);
    const errors = fault.issues.map((issue) => renderIssue(issue, language));
    return answerJson(
      c,
      {
        error,
        message: messageOf(fault, language),
        ...(errors.length > 0 && { errors }),
        requestId: requestIdOf(c),
      },
      status,
      failureHeaders(c, fault),
    );
  },

  docs: WITH_DOCS && {
    wrapSchema: (data) => data,
    wrapExample: (data) => data,
    errorMediaType: 'application/json',
    statusOf: (code) => ERRORS[code].status,
    errorExample: (code) =>
      code === 'activities_not_found'
        ? NOTHING_FOUND
        : {
            error: ERRORS[code].error,
            message: LITERAL[code] ?? FAULT_MESSAGES.en[code],
            requestId: '5f0c2d4e-8a51-4c3f-9d0a-7f6f1f0f4f11',
          },
  },
};
