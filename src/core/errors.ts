export { databaseFaultOf, retryAfterSeconds } from '../db/faults.ts';

/** What sort of refusal a code is. A family's dialect says once what each kind looks like on its wire. */
export type ErrorKind = 'invalid' | 'not_found' | 'conflict' | 'unprocessable' | 'rate_limited';

/** Everything the domain can refuse, each code with its kind. This is the only place that says it. */
export const DOMAIN_ERRORS = {
  account_not_found: 'not_found',
  activities_not_found: 'not_found',
  api_key_not_found: 'not_found',
  community_not_found: 'not_found',
  // The first call was carried out; what it was answered cannot be told any more.
  idempotency_answer_lost: 'conflict',
  idempotency_mismatch: 'unprocessable',
  idempotency_running: 'conflict',
  inbound_call_not_kept: 'not_found',
  identifier_not_found: 'not_found',
  inbound_webhook_not_found: 'not_found',
  invalid_cursor: 'invalid',
  log_entry_not_found: 'not_found',
  // Another timestamp is what helps, not another try.
  log_second_full: 'invalid',
  name_ambiguous: 'conflict',
  // An expiring credential makes none that lives longer.
  outlives_credential: 'conflict',
  period_closed: 'conflict',
  period_not_found: 'not_found',
  period_overlaps: 'conflict',
  period_reopened: 'conflict',
  question_decided: 'conflict',
  question_not_found: 'not_found',
  service_id_not_found: 'not_found',
  session_ends_before_start: 'invalid',
  session_not_found: 'not_found',
  session_not_continued: 'conflict',
  session_open: 'conflict',
  session_overlaps: 'conflict',
  session_voided: 'conflict',
  // A shorter period is what helps.
  too_many_groups: 'invalid',
  too_many_steps: 'invalid',
  time_closed: 'conflict',
  too_many_sessions: 'invalid',
  // Quotas of the community.
  too_many_api_keys: 'conflict',
  too_many_identifiers: 'conflict',
  too_many_inbound_webhooks: 'conflict',
  // There is room again on the next day.
  too_many_log_entries: 'rate_limited',
  too_many_open_sessions: 'conflict',
  too_many_service_ids: 'conflict',
  too_many_webhook_endpoints: 'conflict',
  webhook_delivery_not_found: 'not_found',
  webhook_digest_unfit: 'invalid',
  webhook_endpoint_disabled: 'conflict',
  webhook_endpoint_not_found: 'not_found',
  webhook_format_unfit: 'invalid',
} as const satisfies Record<string, ErrorKind>;

export type DomainErrorCode = keyof typeof DOMAIN_ERRORS;

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
