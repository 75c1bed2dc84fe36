/** Everything the domain can refuse. A family maps each code to its own wire, exhaustively. */
export type DomainErrorCode =
  | 'account_not_found'
  | 'activities_not_found'
  | 'api_key_not_found'
  | 'community_not_found'
  | 'identifier_taken'
  | 'inbound_webhook_not_found'
  | 'invalid_cursor'
  | 'too_many_sessions'
  | 'session_ends_before_start'
  | 'session_not_found'
  | 'session_open'
  | 'session_overlaps'
  | 'session_voided'
  | 'too_many_webhook_endpoints'
  | 'webhook_delivery_not_found'
  | 'webhook_endpoint_disabled'
  | 'webhook_endpoint_not_found'
  | 'log_entry_not_found'
  | 'log_second_full'
  | 'service_id_not_found';

/** A refusal by the domain: a code and the values its message names; never an HTTP status, never a text. */
export class DomainError extends Error {
  readonly code: DomainErrorCode;
  readonly params: Readonly<Record<string, string | number>>;

  constructor(code: DomainErrorCode, params: Record<string, string | number> = {}) {
    super(code);
    this.name = 'DomainError';
    this.code = code;
    this.params = params;
  }
}
