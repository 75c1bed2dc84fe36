/**
 * A log entry's id is `timestamp * 2^20 + number`: it sorts by time, and stays below 2^53. The number makes it unique
 * within its second. A second can take 1,048,576 entries. Deleted ones count too, because no id is given twice.
 */
export const NUMBERS_PER_SECOND = 2 ** 20;

/** The largest timestamp an entry can have, in Unix seconds (the year 2100). */
export const MAX_TIMESTAMP = 4_102_444_800;

/** The lowest id an entry of this second (Unix seconds) can have. */
export const firstIdOf = (timestamp: number): number => timestamp * NUMBERS_PER_SECOND;

/** The second (Unix seconds) in an id. */
export const timestampOf = (id: number): number => Math.floor(id / NUMBERS_PER_SECOND);
