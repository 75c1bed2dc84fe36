/** What each row is meant to reach beside the raw Worker, and what a profile showed of those that do not. */
import type { CallResult } from './report.ts';

interface Target {
  /** The rows: the start of their names. */
  readonly of: string;
  /** Calls/s, at least; the Worker's own CPU, at most. */
  readonly throughput?: number;
  readonly cpu: number;
  /** Where the rest goes. Shown for a row only as long as it misses. */
  readonly reason: string;
}

const QUERY =
  "names that nobody knows are refused, and each filter is checked by its schema (a tenth of the Worker's own CPU)";

/** The first that fits counts. */
const TARGETS: readonly Target[] = [
  {
    of: 'list 50',
    throughput: 0.9,
    cpu: 1.2,
    reason: `${QUERY}; the cursor of \`Link\` is bound to the filters; a wiped log and a log of several kinds are asked for in the same statement`,
  },
  { of: 'page 200', throughput: 0.9, cpu: 1.2, reason: QUERY },
  { of: 'count', throughput: 0.9, cpu: 1.2, reason: QUERY },
  {
    of: 'sessions: the latest',
    throughput: 0.9,
    cpu: 1.2,
    reason: 'no index has the order of start: 22 lists are merged',
  },
  {
    of: 'who is on',
    throughput: 0.9,
    cpu: 1.2,
    reason:
      'when somebody was last seen is asked of the server, too, and metadata and identifiers are read out of their JSON (a quarter of the CPU)',
  },
  {
    of: 'latest',
    throughput: 0.9,
    cpu: 1.2,
    reason:
      'a stale session is shown as it will end, which asks for the settings and two more columns of each',
  },
  {
    of: 'report',
    throughput: 0.8,
    cpu: 1.2,
    reason:
      'the sessions of a period are merged from 22 lists in the order of their start, which no index has; it asks until nothing follows, which is a second trip',
  },
  {
    of: 'totals',
    cpu: 1.2,
    reason:
      'the database answers three rows for two accounts, one for each way in which it reads sessions: to add them up itself, it would read them once more. To read its answer is a quarter of the CPU, to add up and sort is a fifth, and the answer, which is the same, is another quarter',
  },
  {
    of: 'start, then stop',
    throughput: 0.85,
    cpu: 1.2,
    reason:
      'names are resolved by rule, silences are looked for, and who listens is told. That is said to the database with each call, in four times as many characters as the raw Worker has: an eighth of the CPU, with what comes back. A tenth fills in the statements, a sixteenth checks the body',
  },
  { of: 'toggle', throughput: 0.85, cpu: 1.2, reason: 'as of a start, for both that it can become' },
  {
    of: 'heartbeat',
    throughput: 0.5,
    cpu: 2,
    reason:
      'a silence beyond the timeout begins a new session; every entry may have any of five identifiers, and whether all of them were there lately is looked up by a hash of each (a third of the CPU, with the results; a quarter is the answer)',
  },
  {
    of: 'roster',
    throughput: 0.5,
    cpu: 2,
    reason:
      'who comes, goes, resumes or is in doubt is told apart in one trip, against two of the raw Worker when somebody does; for that each entry is checked (a seventh of the CPU), and hashed and told apart from those before it (a third)',
  },
  {
    of: 'append 1',
    throughput: 0.9,
    cpu: 1.2,
    reason:
      'each entry is read by itself, so that a bad one costs none of the others. With a look through each text for what no database stores, that is a twelfth of the CPU of 1000. Entries are numbered within their second and counted by kind, and ids come back in the order given (another twelfth). A third statement tells who listens (of 1, a twentieth)',
  },
];

/** What misses its target, and why: a line for each reason. */
export const missesOf = (calls: readonly CallResult[]): string[] => {
  const targeted = calls.map((call) => {
    const target = TARGETS.find(({ of }) => call.name.startsWith(of));
    if (!target) throw new Error(`${call.name} has no target in bench/targets.ts.`);
    return { call, target };
  });
  return TARGETS.flatMap((target) => {
    const missed = targeted
      .filter((one) => one.target === target)
      .flatMap(({ call }) => missOf(call, target));
    return missed.length > 0
      ? [`- ${missed.join('; ')}. Beside what the raw Worker does, ${target.reason}.`]
      : [];
  });
};

const missOf = (
  { name, throughputRatio, cpuRatio }: CallResult,
  { throughput = 0, cpu }: Target,
): string[] => {
  const missed = [
    ...(throughputRatio.median < throughput
      ? [`${throughputRatio.median.toFixed(2)} of raw's calls/s, to be ${throughput}`]
      : []),
    ...(cpuRatio.median > cpu ? [`${cpuRatio.median.toFixed(2)} of its CPU, to be ${cpu}`] : []),
  ];
  return missed.length > 0 ? [`**${name}** (${missed.join('; ')})`] : [];
};
