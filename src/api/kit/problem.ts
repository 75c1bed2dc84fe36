/** The dialect of `/v2/community/...` and `/admin/...`: a success envelope and RFC 9457 problems. */
import { isoOf } from '../../lib/iso-time.ts';
import { answerJson } from './answer.ts';
import { type Dialect, failureHeaders } from './dialect.ts';
import { FAULTS } from './english.ts';
import { type FaultCode, statusOf } from './fault.ts';
import { renderFault, renderIssue } from './messages.ts';
import type { HttpContext } from './operation.ts';
import { languageOf, requestIdOf } from './request.ts';

/** Codes on the wire that are not those of the domain in capitals. */
const CODES: Partial<Record<FaultCode, string>> = {
  invalid_input: 'VALIDATION_FAILED',
  missing_scheme: 'UNAUTHENTICATED',
  route_not_found: 'NOT_FOUND',
  internal: 'INTERNAL_ERROR',
};

/** Titles that the words of the code on the wire do not make. */
const TITLES: Partial<Record<FaultCode, string>> = {
  malformed_json: 'Malformed JSON',
  api_key_not_found: 'API key not found',
  service_id_not_found: 'Service ID not found',
  log_second_full: 'No room in this second',
  session_ends_before_start: 'Session ends before its start',
  session_not_continued: 'Session is not continued',
  session_open: 'Session is open',
  session_overlaps: 'Session overlaps another',
  session_voided: 'Session is void',
  rate_limited: 'Too many requests',
};

/** The code of a fault on the wire: `ACCOUNT_NOT_FOUND`. */
export const problemCode = (code: FaultCode): string => CODES[code] ?? code.toUpperCase();

const titleOf = (code: FaultCode): string =>
  TITLES[code] ?? problemCode(code).charAt(0) + problemCode(code).slice(1).toLowerCase().replaceAll('_', ' ');

const problemType = (code: string): string => `/problems/${code.toLowerCase().replaceAll('_', '-')}`;

/** The success envelope, as it was at `timestamp` (epoch milliseconds); with what `meta` says besides. */
export const problemSuccess = (
  c: HttpContext,
  data: unknown,
  status: 200 | 201,
  timestamp: number,
  more: Readonly<Record<string, unknown>> = {},
): Response =>
  answerJson(
    c,
    {
      success: true,
      data,
      meta: { timestamp: isoOf(timestamp), path: c.req.path, ...more },
    },
    status,
  );

/** What each problem says, the same for each of its causes. */
const headOf = (faultCode: FaultCode) => {
  const code = problemCode(faultCode);
  return { type: problemType(code), title: titleOf(faultCode), status: statusOf(faultCode) };
};

export const problemDialect: Dialect = {
  success: (c, data, status) => problemSuccess(c, data, status, c.get('services').clock.now()),

  failure: (c, fault) => {
    const language = languageOf(c);
    const detail = renderFault(fault.code, fault.params, fault.issues, language);
    const errors = fault.issues.map((issue) => renderIssue(issue, language));
    const problem = {
      ...headOf(fault.code),
      detail,
      instance: c.req.path,
      code: problemCode(fault.code),
      message: detail,
      requestId: requestIdOf(c),
      ...(errors.length > 0 && { errors }),
    };
    return answerJson(c, problem, problem.status, {
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
          properties: {
            timestamp: { type: 'string', format: 'date-time' },
            path: { type: 'string' },
            // Only where identifiers are registered (problemSuccess).
            refused: {
              type: 'array',
              items: {
                type: 'object',
                required: ['type', 'value', 'accId'],
                properties: {
                  type: { type: 'string' },
                  value: { type: 'string' },
                  accId: { type: ['string', 'null'] },
                },
              },
            },
          },
        },
      },
    }),
    wrapExample: (data, path) => ({
      success: true,
      data,
      meta: { timestamp: '2026-04-15T00:00:00.000Z', path },
    }),
    errorMediaType: 'application/problem+json',
    statusOf,
    errorExample: (faultCode, path) => {
      const detail = FAULTS[faultCode];
      return {
        ...headOf(faultCode),
        detail,
        instance: path,
        code: problemCode(faultCode),
        message: detail,
        requestId: '5f0c2d4e-8a51-4c3f-9d0a-7f6f1f0f4f11',
        ...(faultCode === 'invalid_input' && { errors: [{ path: 'name', message: 'is required' }] }),
      };
    },
  },
};
