import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const EVERY_MS = 500;

/**
 * Calls `onGone` once npm, which has started this script, is gone: `kill -9` of npm tells neither the shell between the
 * two nor this process. Does nothing where npm has not started it.
 */
export const watchNpm = (onGone: () => void): void => {
  if (process.env.npm_lifecycle_event === undefined) return;
  const [shell, npm] = ancestors();
  if (npm === undefined) return;
  const timer = setInterval(() => {
    const [shellNow, npmNow] = ancestors();
    if (shellNow === shell && npmNow === npm) return;
    clearInterval(timer);
    onGone();
  }, EVERY_MS);
  timer.unref();
};

/** This process's parent, and the parent's parent. An orphan is given another one. */
const ancestors = (): readonly [number, number | undefined] => [process.ppid, parentOf(process.ppid)];

const parentOf = (pid: number): number | undefined => {
  try {
    const parent =
      process.platform === 'linux'
        ? // The program's name, which may hold anything, stands in brackets before it.
          readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S+ (\d+) .*$/s, '$1')
        : execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' });
    return Number(parent);
  } catch {
    return undefined;
  }
};
