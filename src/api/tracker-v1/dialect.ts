/** The v1 dialect of the tracker: `{success, data}`, and errors as a bare upper-case code in plain text. */

import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { answer, answerJson } from '../kit/answer.ts';
import { type Dialect, failureHeaders } from '../kit/dialect.ts';
import { type Fault, type FaultCode, type FaultKind, kindOf } from '../kit/fault.ts';
import { renderFault } from '../kit/messages.ts';
import { languageOf } from '../kit/request.ts';

/** What these clients know of a call that asks for what is not possible. */
const REFUSED = { status: 400, text: 'ACTIVITY_TRACKER_START_STOP_LOG_ERROR' } as const;
/** Never 400: public clients of this dialect shut themselves down on a 400 that speaks of the key or the community. */
const WRONG_KEY = { status: 401, text: 'INVALID API KEY' } as const;

interface Failure {
  readonly status: ContentfulStatusCode;
  readonly text: string;
}

const FAILURES: Record<FaultKind, Failure> = {
  invalid: REFUSED,
  not_found: REFUSED,
  conflict: REFUSED,
  unprocessable: REFUSED,
  unauthenticated: WRONG_KEY,
  forbidden: { status: 403, text: 'FORBIDDEN' },
  method_not_allowed: { status: 405, text: 'METHOD_NOT_ALLOWED' },
  not_acceptable: { status: 406, text: 'NOT_ACCEPTABLE' },
  too_large: { status: 413, text: 'BODY_TOO_LARGE' },
  rate_limited: { status: 429, text: 'RATE_LIMITED' },
  internal: { status: 500, text: 'INTERNAL_ERROR' },
  unavailable: { status: 503, text: 'UNAVAILABLE' },
};

/** Where these clients know more than the kind. */
const EXCEPTIONS: Partial<Record<FaultCode, Failure>> = {
  account_not_found: { status: 400, text: 'ACCOUNT_NOT_FOUND' },
  community_not_found: WRONG_KEY,
  route_not_found: { status: 404, text: 'NOT_FOUND' },
};

const failureOf = (code: FaultCode): Failure => EXCEPTIONS[code] ?? FAILURES[kindOf(code)];

const textOf = (fault: Fault): string =>
  fault.issues[0]?.path === 'type' ? 'INVALID REQUEST TYPE' : failureOf(fault.code).text;

export const trackerV1Dialect: Dialect = {
  success: (c, data, status) => answerJson(c, { success: true, data }, status),

  failure: (c, fault) => {
    const detail = renderFault(fault.code, fault.params, fault.issues, languageOf(c));
    return answer(c, textOf(fault), failureOf(fault.code).status, {
      'Content-Type': 'text/plain; charset=UTF-8',
      // The code is all that these clients understand of a body; what is wrong in words goes beside it.
      'X-Error-Detail': toHeaderText(detail),
      ...failureHeaders(c, fault),
    });
  },

  docs: WITH_DOCS && {
    wrapSchema: (data) => ({
      type: 'object',
      required: ['success', 'data'],
      properties: { success: { const: true }, data },
    }),
    wrapExample: (data) => ({ success: true, data }),
    errorMediaType: 'text/plain',
    statusOf: (code) => failureOf(code).status,
    errorExample: (code) => failureOf(code).text,
  },
};

/** What a header can carry of a text: Latin letters in their ISO 8859-1 form, nothing else beyond ASCII. */
const toHeaderText = (text: string): string => text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?');
