import type { Statement } from '../db/client.ts';
import type { DomainError } from './errors.ts';

/**
 * A write that is planned and not run, so that it can be part of a larger batch. No code sees what it returns before the
 * batch has committed, so the plan also says in SQL what was recorded.
 */
export interface Plan {
  /** First: what the rest relies on. */
  readonly prepare: readonly Statement[];
  /** A query of one JSON, asked between `prepare` and `changes`: what only shows before them. */
  readonly target?: Statement;
  readonly changes: readonly Statement[];
  /**
   * What was recorded, an object or null for each thing; where that only shows after the changes, a query of one JSON
   * array of them. `target` is the SQL of what that query found.
   */
  readonly recorded: readonly unknown[] | ((target: string) => Statement);
  /** Where `when` (asked at the end) has a row, nothing could be recorded, for this reason. */
  readonly failure?: { readonly when: Statement; readonly error: DomainError } | undefined;
  /** What it means that the batch failed with `error`; undefined where this plan is not why. */
  readonly toError?: (error: unknown) => DomainError | undefined;
  /** Whether the batch failed with `error` because another was faster: what was planned has to be planned anew. */
  readonly isOvertaken?: (error: unknown) => boolean;
}
