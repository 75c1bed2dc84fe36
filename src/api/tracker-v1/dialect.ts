/** The v1 dialect of the tracker: `{success, data}`, and errors as a bare upper-case code in plain text. */
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type Dialect, failureHeaders } from '../kit/dialect.ts';
import type { Fault, FaultCode } from '../kit/fault.ts';
import { renderFault } from '../kit/messages.ts';

const LOG_ERROR = 'ACTIVITY_TRACKER_START_STOP_LOG_ERROR';

/**
 * A wrong key is 401, never 400: public clients of this dialect shut themselves down on a 400 that speaks of the key
 * or the community.
 */
const FAILURES: Record<FaultCode, { status: ContentfulStatusCode; text: string }> = {
  malformed_json: { status: 400, text: LOG_ERROR },
  invalid_input: { status: 400, text: LOG_ERROR },
  invalid_cursor: { status: 400, text: LOG_ERROR },
  account_not_found: { status: 400, text: 'ACCOUNT_NOT_FOUND' },
  api_key_not_found: { status: 400, text: LOG_ERROR },
  community_not_found: { status: 401, text: 'INVALID API KEY' },
  unauthenticated: { status: 401, text: 'INVALID API KEY' },
  forbidden: { status: 403, text: 'FORBIDDEN' },
  route_not_found: { status: 404, text: 'NOT_FOUND' },
  too_many_webhook_endpoints: { status: 400, text: LOG_ERROR },
  webhook_delivery_not_found: { status: 400, text: LOG_ERROR },
  webhook_endpoint_disabled: { status: 400, text: LOG_ERROR },
  webhook_endpoint_not_found: { status: 400, text: LOG_ERROR },
  method_not_allowed: { status: 405, text: 'METHOD_NOT_ALLOWED' },
  body_too_large: { status: 413, text: 'BODY_TOO_LARGE' },
  rate_limited: { status: 429, text: 'RATE_LIMITED' },
  internal: { status: 500, text: 'INTERNAL_ERROR' },
  unavailable: { status: 503, text: 'UNAVAILABLE' },
};

const textOf = (fault: Fault): string =>
  fault.issues[0]?.path === 'type' ? 'INVALID REQUEST TYPE' : FAILURES[fault.code].text;

export const trackerV1Dialect: Dialect = {
  success: (c, data, status) => c.json({ success: true, data }, status),

  failure: (c, fault) => {
    const detail = renderFault(fault.code, fault.params, fault.issues, c.get('language'));
    return c.text(textOf(fault), FAILURES[fault.code].status, {
      // The code is all that these clients understand of a body; what is wrong in words goes beside it.
      'X-Error-Detail': toHeaderText(detail),
      ...failureHeaders(c, fault),
    });
  },

  statusOf: (code) => FAILURES[code].status,

  docs: {
    wrapSchema: (data) => ({
      type: 'object',
      required: ['success', 'data'],
      properties: { success: { const: true }, data },
    }),
    wrapExample: (data) => ({ success: true, data }),
    errorMediaType: 'text/plain',
    errorExample: (code) => FAILURES[code].text,
  },
};

/** What a header can carry of a text: Latin letters in their ISO 8859-1 form, nothing else beyond ASCII. */
const toHeaderText = (text: string): string => text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?');
