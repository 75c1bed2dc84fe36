import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockDirectory } from '../../scripts/local/lock.ts';

let directory: string;
let others: ChildProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rollcall-lock-'));
  others = [];
});
afterEach(() => {
  for (const other of others) other.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

const file = () => join(directory, 'rollcall.lock');
const holder = () => JSON.parse(readFileSync(file(), 'utf8'));
const write = (text: string) => writeFileSync(file(), text);

/** Another process that lives for a while: the script of a directory `scripts`, or any program. */
const other = (program: string, ...args: string[]): number => {
  const child = spawn(program, args, { stdio: 'ignore' });
  others.push(child);
  return child.pid ?? 0;
};
const ourScript = (): number => {
  mkdirSync(join(directory, 'scripts'));
  const script = join(directory, 'scripts/wait.mjs');
  writeFileSync(script, 'setTimeout(() => {}, 60_000);');
  return other(process.execPath, script);
};

it('is held by one at a time, and free when it is released', async () => {
  const lock = await lockDirectory(directory, 50809);
  expect(holder()).toEqual({ pid: process.pid, port: 50809 });
  lock.noteGuardian(123);
  expect(holder()).toEqual({ pid: process.pid, port: 50809, guardianPid: 123 });
  lock.release();
  await (await lockDirectory(directory)).release();
});

it('names who has it', async () => {
  const pid = ourScript();
  write(JSON.stringify({ pid, port: 50809 }));
  await expect(lockDirectory(directory, 8790)).rejects.toBe(
    `Rollcall already runs on ${directory}: process ${pid}, port 50809. Stop it, or start with other data: npm start -- --port 8791 --persist-to /another/directory`,
  );
  await expect(lockDirectory(directory)).rejects.toBe(
    `Rollcall already runs on ${directory}: process ${pid}, port 50809. Stop it`,
  );
  expect(holder().pid).toBe(pid);
});

it.each([
  ['a process that is gone', () => JSON.stringify({ pid: 2 ** 22 - 1, port: 1 })],
  ['a number that another program has now', () => JSON.stringify({ pid: other('sleep', '60'), port: 1 })],
  ['a crash while it was written', () => '{"pid":'],
])('takes over from %s', async (_, text) => {
  write(text());
  const lock = await lockDirectory(directory, 50809);
  expect(holder().pid).toBe(process.pid);
  lock.release();
});

it('waits for the guardian of a starter that was killed', async () => {
  const guardianPid = ourScript();
  write(JSON.stringify({ pid: 2 ** 22 - 1, port: 1, guardianPid }));
  let isGone = false;
  setTimeout(() => {
    isGone = true;
    process.kill(guardianPid, 'SIGKILL');
  }, 500);
  const lock = await lockDirectory(directory, 50809);
  expect(isGone).toBe(true);
  lock.release();
});

it('makes a directory that is not there, and says where none can be made', async () => {
  const lock = await lockDirectory(join(directory, 'new/data'), 50809);
  lock.release();
  writeFileSync(join(directory, 'file'), '');
  await expect(lockDirectory(join(directory, 'file/data'), 50809)).rejects.toMatch(
    /file\/data cannot be written to \(ENOTDIR\)\. Choose a directory that can/,
  );
});
