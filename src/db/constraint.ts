/**
 * A batch can be refused by a constraint of the schema: that is how a statement says that what it relied on is not true
 * any more, since D1 has no interactive transaction. This is the one place that reads an error's text for it.
 */

/** Whether the batch failed on this constraint: `UNIQUE` or `NOT NULL`, and the columns as SQLite names them. */
export const isRefusedBy = (error: unknown, kind: 'UNIQUE' | 'NOT NULL', columns: string): boolean =>
  error instanceof Error &&
  (error.message.includes(`${kind} constraint failed: ${columns}`) ||
    isRefusedBy(error.cause, kind, columns));

/** Whether a trigger of db/live refused the batch with this message. */
export const isRaised = (error: unknown, message: string): boolean =>
  error instanceof Error && (error.message.includes(message) || isRaised(error.cause, message));
