import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../../scripts/import.ts');
const HEADER = 'username,serverId,start,end,metadata.note\n';
const line = (n: number, note = ''): string =>
  `person ${n},1,2026-01-01T10:00:00Z,2026-01-01T11:00:00Z,${note}\n`;
const lines = (from: number, to: number, note?: string): string =>
  Array.from({ length: to - from + 1 }, (_, index) => line(from + index, note)).join('');

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
};

/** A server that takes every line, but those of `refuses`; what it was sent, call by call. */
const taken: { rows: string[]; bytes: number }[] = [];
let refuses = '';
let reason = 'no.';
let busy = 0;
const server = createServer(async (request, response) => {
  const text = await textOf(request);
  if (busy > 0) {
    busy -= 1;
    response.writeHead(503, { 'Retry-After': '1' }).end();
    return;
  }
  const rows = text.trimEnd().split('\n').slice(1);
  taken.push({ rows, bytes: Buffer.byteLength(text) });
  const results = rows.map((row, index) => {
    const isRefused = refuses !== '' && row.startsWith(refuses);
    const place = { index, line: index + 2 };
    return isRefused ? { ...place, status: 'refused', message: reason } : { ...place, status: 'imported' };
  });
  const count = (status: string) => results.filter((result) => result.status === status).length;
  response.end(
    JSON.stringify({
      data: { imported: count('imported'), duplicates: 0, refused: count('refused'), results },
    }),
  );
});

const scratch = mkdtempSync(join(tmpdir(), 'rollcall-import-'));
const file = join(scratch, 'shifts.csv');
const state = `${file}.import-state.json`;
let url = '';

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(scratch, { recursive: true });
});
beforeEach(() => {
  taken.length = 0;
  refuses = '';
  reason = 'no.';
  rmSync(state, { force: true });
});

/** `npm run import -- FILE ...`: how it ended, and what it said last. */
const run = (csv: string, ...more: string[]) => {
  writeFileSync(file, csv);
  return new Promise<{ code: number; said: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [SCRIPT, file, '--url', url, '--key', 'rc_1', ...more],
      (_error, _stdout, stderr) => resolve({ code: child.exitCode ?? -1, said: stderr }),
    );
  });
};
const sent = () => taken.flatMap(({ rows }) => rows);

describe('npm run import', () => {
  it('sends a file in pieces of 1000 lines, and fewer where they are long', async () => {
    const { code, said } = await run(HEADER + lines(1, 2500));
    expect([code, taken.map(({ rows }) => rows.length)]).toEqual([0, [1000, 1000, 500]]);
    expect(said).toContain('2500 imported, 0 there already, 0 refused.');
    taken.length = 0;
    await run(HEADER + lines(1, 600, 'x'.repeat(3000)));
    expect(sent()).toHaveLength(600);
    expect(Math.max(...taken.map(({ bytes }) => bytes))).toBeLessThan(1024 * 1024);
  });

  it('says which lines were refused, and why', async () => {
    refuses = 'person 2,';
    const { code, said } = await run(HEADER + lines(1, 3));
    expect([
      code,
      said.endsWith(`2 imported, 0 there already, 1 refused (see ${file}.refused.csv).\n`),
    ]).toEqual([0, true]);
    expect(readFileSync(`${file}.refused.csv`, 'utf8')).toBe(`line,reason,${HEADER}3,no.,${line(2)}`);
  });

  it('names another line as it is in the file, not in what was sent', async () => {
    refuses = 'person 1005,';
    reason = 'The session would overlap the session (line 3) of the same account and server.';
    await run(`${HEADER}${lines(1, 1000)}\n${lines(1001, 1010)}`);
    expect(readFileSync(`${file}.refused.csv`, 'utf8')).toBe(
      `line,reason,${HEADER}1007,${reason.replace('3', '1004')},${line(1005)}`,
    );
  });

  it('brings what is before a quotation mark that is not closed, and says where that is', async () => {
    const { code, said } = await run(`${HEADER}${lines(1, 1200)}"${line(1201)}${lines(1202, 1300)}`);
    expect([code, sent().length]).toEqual([1, 1200]);
    expect(said).toContain('1200 imported, 0 there already, 0 refused.');
    expect(said).toContain(
      'The quotation mark in line 1202 is not closed. That line and all behind it were not read.',
    );
    expect(said).not.toContain('    at ');
  });

  it('goes on where it was cut off, but only where it went before', async () => {
    const csv = `${HEADER}${lines(1, 1500)}"${line(1501)}`;
    await run(csv);
    expect(existsSync(state)).toBe(true);
    taken.length = 0;
    expect((await run(csv)).said).toContain('Going on behind line 1501.');
    expect(sent()).toHaveLength(0);
    const other = await run(csv, '--key', 'rc_2');
    expect(other.said).not.toContain('Going on');
    expect(sent()).toHaveLength(1500);
  });

  it('asks again what is busy, and says so', async () => {
    busy = 1;
    const { code, said } = await run(HEADER + line(1));
    expect([code, sent().length]).toEqual([0, 1]);
    expect(said).toContain(`${url} answered 503. Again in 1 s.`);
  });

  it('of an empty file is nothing, and of an unknown option a sentence', async () => {
    const { code, said } = await run('');
    expect([code, said]).toEqual([0, expect.stringContaining('100 %  0 imported')]);
    const wrong = await run('', '--foo');
    expect([wrong.code, wrong.said]).toEqual([1, expect.stringContaining("Unknown option '--foo'")]);
    expect(wrong.said).not.toContain('    at ');
  });
});
