/** Runs tests and says how they went, in the words that the gate reads. */

/** Tests of a lane run one after another; lanes of a phase beside one another, since most of a test is waiting. */
export type Lane = 'tasks' | 'screens' | 'large';
/** What measures time has the machine to itself. */
const PHASES: readonly (readonly Lane[])[] = [['tasks', 'screens'], ['large']];

export interface Test {
  readonly name: string;
  readonly lane: Lane;
  run(): Promise<void>;
}

const tests: Test[] = [];
export const test = (name: string, run: () => Promise<void>, lane: Lane = 'tasks'): void =>
  void tests.push({ name, lane, run });

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
  const runOne = async ({ name, run }: Test): Promise<void> => {
    if (only !== undefined && !name.includes(only)) return;
    const began = performance.now();
    try {
      await run();
      passed++;
      console.log(`✓ ${name} ${Math.round(performance.now() - began)} ms`);
    } catch (error) {
      failed++;
      console.log(`✗ ${name}\n${error instanceof Error ? error.stack : String(error)}`);
    }
  };
  const runLane = async (lane: Lane): Promise<void> => {
    for (const one of tests) if (one.lane === lane) await runOne(one);
  };
  for (const lanes of PHASES) await Promise.all(lanes.map(runLane));
  console.log(` Tests  ${passed} passed | ${failed} failed`);
  console.log(`${passed} passed, ${failed} failed`);
  return passed === 0 ? 1 : failed;
};
