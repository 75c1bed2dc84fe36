import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Who works in a directory of data. */
interface Holder {
  /** The starter's process. */
  readonly pid: number;
  /** None for a script that only looks. */
  readonly port?: number | undefined;
  /** The process that ends the server where the starter is gone; it may still be about to. */
  readonly guardianPid?: number;
}

export interface Lock {
  /** Notes the process that outlives a killed starter for some seconds. */
  noteGuardian(pid: number): void;
  release(): void;
}

const FILE = 'rollcall.lock';
/** As long as a guardian may take to end its server, and a little more. */
const GUARDIAN_MS = 8_000;

/**
 * Takes the directory for this process; creates it where it is missing. A lock whose process is gone is void.
 * @throws a sentence for the person who starts, where somebody else has it, or nothing can be written there
 */
export const lockDirectory = async (directory: string, port?: number): Promise<Lock> => {
  const path = join(directory, FILE);
  const mine: Holder = { pid: process.pid, port };
  for (let attempt = 1; ; attempt++) {
    try {
      mkdirSync(directory, { recursive: true });
      writeFileSync(path, JSON.stringify(mine), { flag: 'wx' });
      break;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unwritable(directory, error);
    }
    const holder = readHolder(path);
    if (holder && isRunning(holder.pid)) {
      const who = `process ${holder.pid}${holder.port === undefined ? '' : `, port ${holder.port}`}`;
      const instead =
        port === undefined
          ? ''
          : `, or start with other data: npm start -- --port ${port + 1} --persist-to /another/directory`;
      throw `Rollcall already runs on ${directory}: ${who}. Stop it${instead}`;
    }
    if (attempt > 3) throw `${path} is taken again and again. Delete it if no Rollcall runs there.`;
    if (holder?.guardianPid !== undefined) await untilEnded(holder.guardianPid);
    rmSync(path, { force: true });
  }
  return {
    noteGuardian: (guardianPid) => writeFileSync(path, JSON.stringify({ ...mine, guardianPid })),
    release: () => {
      if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
    },
  };
};

/** What a path that cannot be written means, as a sentence; other errors stay what they are. */
const unwritable = (directory: string, error: unknown): unknown => {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOENT':
    case 'ENOTDIR':
      return `${directory} cannot be written to (${codeOf(error)}). Choose a directory that can: npm start -- --persist-to /some/directory`;
    case 'ENOSPC':
      return `The disk of ${directory} is full.`;
    default:
      return error;
  }
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Undefined where there is none, or one that a crash has cut. */
const readHolder = (path: string): Holder | undefined => {
  try {
    const { pid, port, guardianPid } = JSON.parse(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) ? { pid, port, guardianPid } : undefined;
  } catch {
    return undefined;
  }
};

/** Whether the process exists and is one of our scripts: its number is given to another program after a while. */
const isRunning = (pid: number): boolean => {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  try {
    // Not the shell between npm and a script, whose command line names the script, too.
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return /(^|\/)node$/.test(program) && args.some((arg) => arg.includes('scripts/'));
  } catch {
    // No /proc here, or a process that ended just now.
    return process.platform !== 'linux';
  }
};

const untilEnded = async (pid: number): Promise<void> => {
  for (let waited = 0; waited < GUARDIAN_MS && isRunning(pid); waited += 100) await sleep(100);
};
