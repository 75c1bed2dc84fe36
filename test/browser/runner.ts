/** Runs tests one after another and says how they went, in the words that the gate reads. */
export interface Test {
  readonly name: string;
  run(): Promise<void>;
}

const tests: Test[] = [];
export const test = (name: string, run: () => Promise<void>): void => void tests.push({ name, run });

/** @throws Error with both values, where they differ */
export const expectEqual = (actual: unknown, expected: unknown, what = 'value'): void => {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what} is ${a}, not ${b}`);
};

export const expectTrue = (condition: unknown, what: string): void => {
  if (!condition) throw new Error(`not so: ${what}`);
};

/** Prints a line a test, and the sum. Returns the number of failures. */
export const runTests = async (only: string | undefined): Promise<number> => {
  let passed = 0;
  let failed = 0;
  for (const { name, run } of tests) {
    if (only !== undefined && !name.includes(only)) continue;
    const began = performance.now();
    try {
      await run();
      passed++;
      console.log(`✓ ${name} ${Math.round(performance.now() - began)} ms`);
    } catch (error) {
      failed++;
      console.log(`✗ ${name}\n${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  console.log(` Tests  ${passed} passed | ${failed} failed`);
  console.log(`${passed} passed, ${failed} failed`);
  return passed === 0 ? 1 : failed;
};
