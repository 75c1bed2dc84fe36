/** The dialect of the Activity Log: `{code, message, data}`; the HTTP status is the first three digits of the code. */

import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { answerJson } from '../kit/answer.ts';
import { type Dialect, failureHeaders } from '../kit/dialect.ts';
import { FAULTS } from '../kit/english.ts';
import { type FaultCode, type FaultKind, kindOf } from '../kit/fault.ts';
import { renderFault } from '../kit/messages.ts';
import { languageOf } from '../kit/request.ts';

const CODES: Record<FaultKind, number> = {
  invalid: 40001,
  // The source has no code of its own for it.
  conflict: 40001,
  unprocessable: 40001,
  unauthenticated: 40101,
  forbidden: 40301,
  not_found: 40401,
  method_not_allowed: 40501,
  not_acceptable: 40601,
  too_large: 41301,
  rate_limited: 42901,
  internal: 50001,
  // Not 50001: nothing is broken, and the next try may do.
  unavailable: 50301,
};

/** The family's number for a fault. */
export const codeOf = (code: FaultCode): number => CODES[kindOf(code)];

/** Their first three digits are a status: `CODES` has no other ones. */
const statusOf = (code: FaultCode): ContentfulStatusCode =>
  Math.floor(codeOf(code) / 100) as ContentfulStatusCode;

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
    errorExample: (code) => ({ code: codeOf(code), message: FAULTS[code], data: null }),
  },
};
