/** One page of a list. `hasMore` tells whether rows follow it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
}

/** The page of `limit` rows, out of `limit + 1` that were asked for. */
export const pageOf = <T>(rows: readonly T[], limit: number): Page<T> => ({
  items: rows.slice(0, limit),
  hasMore: rows.length > limit,
});
