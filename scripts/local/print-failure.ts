/** The end of a script that failed: a text is for people, as it stands; of a defect, its message. */
export const printFailure = (error: unknown): void => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
};
