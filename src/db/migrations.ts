/** The migrations that this version of the Worker was written for, in their order; a test compares with drizzle/. */
export const MIGRATIONS: readonly string[] = [
  '0000_baseline.sql',
  '0001_listed-metadata.sql',
  '0002_listed-metadata-triggers.sql',
];
