/** The migrations that this version of the Worker was written for, in their order; a test compares with drizzle/. */
export const MIGRATIONS: readonly string[] = ['0000_baseline.sql'];
