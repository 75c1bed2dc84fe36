import { DomainError, type DomainErrorCode } from '../../core/errors.ts';

/** What the boundary itself can refuse, before or around a verb. */
export type BoundaryCode =
  | 'malformed_json'
  | 'invalid_input'
  | 'body_too_large'
  | 'unauthenticated'
  | 'unverified_call'
  | 'forbidden'
  | 'route_not_found'
  | 'method_not_allowed'
  | 'rate_limited'
  | 'internal'
  | 'unavailable';

/** Everything that can go wrong with a request. Each family maps every code, ending in a `never` check. */
export type FaultCode = BoundaryCode | DomainErrorCode;

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

/** The fault behind an error; undefined if it is none of ours, and so a defect. */
export const toFault = (error: unknown): Fault | undefined => {
  if (error instanceof Fault) return error;
  if (error instanceof DomainError) return new Fault(error.code, { params: error.params });
  return undefined;
};
