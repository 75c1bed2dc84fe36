/** The dialect of the Activity Log: `{code, message, data}`; the HTTP status is the first three digits of the code. */

import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { answerJson } from '../kit/answer.ts';
import { type Dialect, failureHeaders } from '../kit/dialect.ts';
import type { FaultCode } from '../kit/fault.ts';
import { FAULT_MESSAGES, renderFault } from '../kit/messages.ts';
import { languageOf } from '../kit/request.ts';

const CODES: Record<FaultCode, number> = {
  malformed_json: 40001,
  invalid_input: 40001,
  invalid_cursor: 40001,
  log_second_full: 40001,
  identifier_taken: 40001,
  too_many_sessions: 40001,
  session_ends_before_start: 40001,
  session_open: 40001,
  session_overlaps: 40001,
  session_voided: 40001,
  too_many_webhook_endpoints: 40001,
  webhook_endpoint_disabled: 40001,
  unauthenticated: 40101,
  unverified_call: 40101,
  forbidden: 40301,
  route_not_found: 40401,
  account_not_found: 40401,
  session_not_found: 40401,
  activities_not_found: 40401,
  api_key_not_found: 40401,
  community_not_found: 40401,
  inbound_webhook_not_found: 40401,
  log_entry_not_found: 40401,
  service_id_not_found: 40401,
  webhook_delivery_not_found: 40401,
  webhook_endpoint_not_found: 40401,
  method_not_allowed: 40501,
  body_too_large: 41301,
  rate_limited: 42901,
  internal: 50001,
  unavailable: 50001,
};

/** The family's number for a fault. */
export const codeOf = (code: FaultCode): number => CODES[code];

const statusOf = (code: FaultCode): ContentfulStatusCode =>
  Math.floor(CODES[code] / 100) as ContentfulStatusCode;

const success = (data: unknown) => ({ code: 0, message: 'success', data });

export const activityLogDialect: Dialect = {
  success: (c, data, status) => answerJson(c, success(data), status),

  failure: (c, fault) =>
    answerJson(
      c,
      {
        code: codeOf(fault.code),
        message: renderFault(fault.code, fault.params, fault.issues, languageOf(c)),
        data: null,
      },
      statusOf(fault.code),
      failureHeaders(c, fault),
    ),

  docs: WITH_DOCS && {
    wrapSchema: (data) => ({
      type: 'object',
      required: ['code', 'message', 'data'],
      properties: { code: { const: 0 }, message: { const: 'success' }, data },
    }),
    wrapExample: success,
    errorMediaType: 'application/json',
    statusOf,
    errorExample: (code) => ({ code: codeOf(code), message: FAULT_MESSAGES.en[code], data: null }),
  },
};
