/** The dialect of `/scr/api/...`: bare data, and errors as `{error, message, ...}`. */

import { answerJson } from '../kit/answer.ts';
import { type Dialect, failureHeaders } from '../kit/dialect.ts';
import { FAULTS } from '../kit/english.ts';
import { type Fault, type FaultCode, type FaultKind, kindOf, statusOf } from '../kit/fault.ts';
import { type Language, renderFault, renderIssue } from '../kit/messages.ts';
import { languageOf, requestIdOf } from '../kit/request.ts';

const ERRORS: Record<FaultKind, string> = {
  invalid: 'invalid_request',
  unauthenticated: 'unauthorized',
  forbidden: 'forbidden',
  not_found: 'not_found',
  conflict: 'conflict',
  unprocessable: 'unprocessable',
  method_not_allowed: 'method_not_allowed',
  not_acceptable: 'not_acceptable',
  too_large: 'body_too_large',
  rate_limited: 'rate_limited',
  internal: 'internal_error',
  unavailable: 'unavailable',
};

const errorOf = (code: FaultCode): string =>
  code === 'invalid_cursor' ? 'invalid_cursor' : ERRORS[kindOf(code)];

/** The source's own sentences, in every language. */
const LITERAL: Partial<Record<FaultCode, string>> = {
  activities_not_found: FAULTS.activities_not_found,
  method_not_allowed: 'The specified method is not allowed. Select GET method for this request.',
};

const messageOf = ({ code, params, issues }: Fault, language: Language): string =>
  LITERAL[code] ?? renderFault(code, params, issues, language);

/** The whole of this answer is the contract's. */
const NOTHING_FOUND = {
  error: errorOf('activities_not_found'),
  message: FAULTS.activities_not_found,
  records: [],
};

export const accountActivityDialect: Dialect = {
  success: (c, data, status) => answerJson(c, data, status),

  failure: (c, fault) => {
    const language = languageOf(c);
    if (fault.code === 'activities_not_found') return answerJson(c, NOTHING_FOUND, 404);
    const errors = fault.issues.map((issue) => renderIssue(issue, language));
    return answerJson(
      c,
      {
        error: errorOf(fault.code),
        message: messageOf(fault, language),
        ...(errors.length > 0 && { errors }),
        requestId: requestIdOf(c),
      },
      statusOf(fault.code),
      failureHeaders(c, fault),
    );
  },

  docs: WITH_DOCS && {
    wrapSchema: (data) => data,
    wrapExample: (data) => data,
    errorMediaType: 'application/json',
    statusOf,
    errorExample: (code) =>
      code === 'activities_not_found'
        ? NOTHING_FOUND
        : {
            error: errorOf(code),
            message: LITERAL[code] ?? FAULTS[code],
            ...(code === 'invalid_input' && { errors: [{ path: 'startDate', message: 'is required' }] }),
            requestId: '5f0c2d4e-8a51-4c3f-9d0a-7f6f1f0f4f11',
          },
  },
};
