/** Runs in Node: the order of the test files. What takes longest begins first, so that no core waits at the end for it. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** By what they took on one machine; the order matters, not the seconds. */
const LONGEST = [
  'scripts/start',
  'scale/honest-time-simulation',
  'scripts/restore-drill',
  'properties/replay',
  'scale/silence-simulation',
  'core/webhooks/sockets',
  'properties/session-invariants',
  'properties/late-order',
  'scripts/deploy',
  'scale/restart-storm',
  'scale/waiting-messages',
  'scale/summary-budget',
  'scale/session-budget',
  'scale/report-budget',
  'scale/log-budget',
  'properties/session-model',
  'properties/log-model',
  'scale/retention',
  'core/webhooks/delivery',
];

const rank = ({ moduleId }: TestSpecification): number => {
  const index = LONGEST.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
  return index === -1 ? LONGEST.length : index;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // Files that share a worker come last: it is kept only while the next file can use it.
    return sorted.sort(
      (a, b) => Number(b.project.config.isolate) - Number(a.project.config.isolate) || rank(a) - rank(b),
    );
  }
}
