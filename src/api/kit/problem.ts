/** The dialect of `/v2/community/...` and `/admin/...`: a success envelope and RFC 9457 problems. */
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { answerJson } from './answer.ts';
import { type Dialect, failureHeaders } from './dialect.ts';
import type { FaultCode } from './fault.ts';
import { FAULT_MESSAGES, renderFault, renderIssue } from './messages.ts';
import type { HttpContext } from './operation.ts';
import { languageOf, requestIdOf } from './request.ts';

const PROBLEMS: Record<FaultCode, { status: ContentfulStatusCode; code: string; title: string }> = {
  malformed_json: { status: 400, code: 'MALFORMED_JSON', title: 'Malformed JSON' },
  invalid_input: { status: 400, code: 'VALIDATION_FAILED', title: 'Validation failed' },
  invalid_cursor: { status: 400, code: 'INVALID_CURSOR', title: 'Invalid cursor' },
  log_second_full: { status: 400, code: 'LOG_SECOND_FULL', title: 'No room in this second' },
  unauthenticated: { status: 401, code: 'UNAUTHENTICATED', title: 'Unauthenticated' },
  unverified_call: { status: 401, code: 'UNVERIFIED_CALL', title: 'Unverified call' },
  forbidden: { status: 403, code: 'FORBIDDEN', title: 'Forbidden' },
  route_not_found: { status: 404, code: 'NOT_FOUND', title: 'Not found' },
  account_not_found: { status: 404, code: 'ACCOUNT_NOT_FOUND', title: 'Account not found' },
  activities_not_found: { status: 404, code: 'ACTIVITIES_NOT_FOUND', title: 'Activities not found' },
  api_key_not_found: { status: 404, code: 'API_KEY_NOT_FOUND', title: 'API key not found' },
  community_not_found: { status: 404, code: 'COMMUNITY_NOT_FOUND', title: 'Community not found' },
  inbound_webhook_not_found: {
    status: 404,
    code: 'INBOUND_WEBHOOK_NOT_FOUND',
    title: 'Inbound webhook not found',
  },
  webhook_endpoint_not_found: {
    status: 404,
    code: 'WEBHOOK_ENDPOINT_NOT_FOUND',
    title: 'Webhook endpoint not found',
  },
  webhook_delivery_not_found: {
    status: 404,
    code: 'WEBHOOK_DELIVERY_NOT_FOUND',
    title: 'Webhook delivery not found',
  },
  too_many_webhook_endpoints: {
    status: 409,
    code: 'TOO_MANY_WEBHOOK_ENDPOINTS',
    title: 'Too many webhook endpoints',
  },
  webhook_endpoint_disabled: {
    status: 409,
    code: 'WEBHOOK_ENDPOINT_DISABLED',
    title: 'Webhook endpoint disabled',
  },
  identifier_taken: { status: 409, code: 'IDENTIFIER_TAKEN', title: 'Identifier taken' },
  log_entry_not_found: { status: 404, code: 'LOG_ENTRY_NOT_FOUND', title: 'Log entry not found' },
  service_id_not_found: { status: 404, code: 'SERVICE_ID_NOT_FOUND', title: 'Service ID not found' },
  too_many_sessions: { status: 400, code: 'TOO_MANY_SESSIONS', title: 'Too many sessions' },
  session_not_found: { status: 404, code: 'SESSION_NOT_FOUND', title: 'Session not found' },
  session_ends_before_start: {
    status: 400,
    code: 'SESSION_ENDS_BEFORE_START',
    title: 'Session ends before its start',
  },
  session_open: { status: 409, code: 'SESSION_OPEN', title: 'Session is open' },
  session_overlaps: { status: 409, code: 'SESSION_OVERLAPS', title: 'Session overlaps another' },
  session_voided: { status: 409, code: 'SESSION_VOIDED', title: 'Session is void' },
  method_not_allowed: { status: 405, code: 'METHOD_NOT_ALLOWED', title: 'Method not allowed' },
  body_too_large: { status: 413, code: 'BODY_TOO_LARGE', title: 'Body too large' },
  rate_limited: { status: 429, code: 'RATE_LIMITED', title: 'Too many requests' },
  internal: { status: 500, code: 'INTERNAL_ERROR', title: 'Internal error' },
  unavailable: { status: 503, code: 'UNAVAILABLE', title: 'Unavailable' },
};

const problemType = (code: string): string => `/problems/${code.toLowerCase().replaceAll('_', '-')}`;

/** The success envelope, as it was at `timestamp` (epoch milliseconds). */
export const problemSuccess = (
  c: HttpContext,
  data: unknown,
  status: 200 | 201,
  timestamp: number,
): Response =>
  answerJson(
    c,
    { success: true, data, meta: { timestamp: new Date(timestamp).toISOString(), path: c.req.path } },
    status,
  );

/** The code of a fault on the wire: `ACCOUNT_NOT_FOUND`. */
export const problemCode = (code: FaultCode): string => PROBLEMS[code].code;

export const problemDialect: Dialect = {
  success: (c, data, status) => problemSuccess(c, data, status, c.get('services').clock.now()),

  failure: (c, fault) => {
    const { status, code, title } = PROBLEMS[fault.code];
    const language = languageOf(c);
    const detail = renderFault(fault.code, fault.params, fault.issues, language);
    const errors = fault.issues.map((issue) => renderIssue(issue, language));
    const problem = {
      type: problemType(code),
      title,
      status,
      detail,
      instance: c.req.path,
      code,
      message: detail,
      requestId: requestIdOf(c),
      ...(errors.length > 0 && { errors }),
    };
    return answerJson(c, problem, status, {
      'Content-Type': 'application/problem+json',
      ...failureHeaders(c, fault),
    });
  },

  docs: WITH_DOCS && {
    wrapSchema: (data) => ({
      type: 'object',
      required: ['success', 'data', 'meta'],
      properties: {
        success: { const: true },
        data,
        meta: {
          type: 'object',
          required: ['timestamp', 'path'],
          properties: { timestamp: { type: 'string', format: 'date-time' }, path: { type: 'string' } },
        },
      },
    }),
    wrapExample: (data, path) => ({
      success: true,
      data,
      meta: { timestamp: '2026-04-15T00:00:00.000Z', path },
    }),
    errorMediaType: 'application/problem+json',
    statusOf: (code) => PROBLEMS[code].status,
    errorExample: (faultCode, path) => {
      const { status, code, title } = PROBLEMS[faultCode];
      const detail = FAULT_MESSAGES.en[faultCode];
      return {
        type: problemType(code),
        title,
        status,
        detail,
        instance: path,
        code,
        message: detail,
        requestId: '5f0c2d4e-8a51-4c3f-9d0a-7f6f1f0f4f11',
        ...(faultCode === 'invalid_input' && { errors: [{ path: 'name', message: 'is required' }] }),
      };
    },
  },
};
