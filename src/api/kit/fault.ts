import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  DOMAIN_ERRORS,
  DomainError,
  type DomainErrorCode,
  databaseFaultOf,
  type ErrorKind,
  retryAfterSeconds,
} from '../../core/errors.ts';
import { isPeriodClosed } from '../../core/sessions/periods/closed-period-queries.ts';

/** What sort of refusal a fault is: the domain's kinds, and those of the boundary itself. */
export type FaultKind =
  | ErrorKind
  | 'unauthenticated'
  | 'forbidden'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'too_large'
  | 'rate_limited'
  | 'internal'
  | 'unavailable';

/** What the boundary itself can refuse, before or around a verb. */
const BOUNDARY_FAULTS = {
  malformed_json: 'invalid',
  incomplete_body: 'invalid',
  invalid_input: 'invalid',
  body_too_large: 'too_large',
  unauthenticated: 'unauthenticated',
  missing_scheme: 'unauthenticated',
  unverified_call: 'unauthenticated',
  forbidden: 'forbidden',
  route_not_found: 'not_found',
  method_not_allowed: 'method_not_allowed',
  not_acceptable: 'not_acceptable',
  rate_limited: 'rate_limited',
  too_many_large_reads: 'rate_limited',
  internal: 'internal',
  unavailable: 'unavailable',
  database_unavailable: 'unavailable',
} as const satisfies Record<string, FaultKind>;

type BoundaryCode = keyof typeof BOUNDARY_FAULTS;

/** Everything that can go wrong with a request. A dialect maps the kinds, and lists only the codes that differ from theirs. */
export type FaultCode = BoundaryCode | DomainErrorCode;

const KIND_OF_CODE: Readonly<Record<FaultCode, FaultKind>> = { ...BOUNDARY_FAULTS, ...DOMAIN_ERRORS };

/** The kind of a code: said with the code, once. */
export const kindOf = (code: FaultCode): FaultKind => KIND_OF_CODE[code];

const STATUSES: Readonly<Record<FaultKind, ContentfulStatusCode>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  conflict: 409,
  too_large: 413,
  unprocessable: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
};

/** The HTTP status of a code, in every dialect that says nothing else. */
export const statusOf = (code: FaultCode): ContentfulStatusCode => STATUSES[kindOf(code)];

/** A refused field: where, and a message of the catalogue with its parameters (`max_length:128`). */
export interface FieldIssue {
  /** Dotted, as `entries.3.serial`; empty for the body itself. */
  readonly path: string;
  readonly message: string;
}

/** A refused request, not yet in any family's dialect. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly params: Readonly<Record<string, string | number>>;
  readonly issues: readonly FieldIssue[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: FaultCode,
    more: {
      params?: Readonly<Record<string, string | number>>;
      issues?: readonly FieldIssue[];
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(code);
    this.name = 'Fault';
    this.code = code;
    this.params = more.params ?? {};
    this.issues = more.issues ?? [];
    this.headers = more.headers ?? {};
  }
}

export const invalidField = (path: string, message: string): Fault =>
  new Fault('invalid_input', { issues: [{ path, message }] });

/** The fault behind an error, at `now` (epoch milliseconds); undefined if it is a defect. */
export const toFault = (error: unknown, now: number): Fault | undefined => {
  if (error instanceof Fault) return error;
  if (error instanceof DomainError) {
    const { code, params } = error;
    const seconds = kindOf(code) === 'rate_limited' ? params.seconds : undefined;
    return new Fault(code, { params, ...(seconds && { headers: { 'Retry-After': String(seconds) } }) });
  }
  // What no verb has foreseen: the rows themselves refuse it.
  if (isPeriodClosed(error)) return new Fault('time_closed');
  const database = databaseFaultOf(error);
  if (!database) return undefined;
  const seconds = retryAfterSeconds(database, now);
  return new Fault('database_unavailable', {
    params: { seconds },
    headers: { 'Retry-After': String(seconds) },
  });
};
