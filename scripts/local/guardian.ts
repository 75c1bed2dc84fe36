/**
 * `guardian.ts PROGRAM ARGUMENTS...`: runs a program of Node in this process group, and ends the whole group as soon as
 * stdin closes. The starter holds the other end of stdin, so however it dies, `kill -9` included, nothing of the server
 * stays and holds the port.
 */
import { spawn } from 'node:child_process';

/** So long a group may take to end by itself. */
const GRACE_MS = 5_000;

const child = spawn(process.execPath, process.argv.slice(2), { stdio: ['ignore', 'inherit', 'inherit'] });

const endGroup = (): void => {
  process.kill(-process.pid, 'SIGTERM');
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), GRACE_MS);
};

let isEnding = false;
const end = (): void => {
  if (isEnding) return;
  isEnding = true;
  endGroup();
};
// The group's own signal comes here, too.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
process.stdin.on('close', end).on('error', end).resume();
child.on('error', () => process.exit(1));
child.on('close', (code) => process.exit(code ?? 1));
