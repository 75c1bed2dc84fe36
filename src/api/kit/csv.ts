/** CSV (RFC 4180, UTF-8, CRLF) that a spreadsheet shows as it is, and in which no cell runs as a formula. */

import { accepts } from 'hono/accepts';
import { addHeader } from './answer.ts';
import type { HttpContext } from './operation.ts';
import { asHonoContext } from './request.ts';
import { streamText } from './stream.ts';

type Cell = string | number | null;

/**
 * What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), the full-width forms included, also
 * behind blanks that some of them trim. Only texts: a number of ours is a number.
 */
const FORMULA = /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

const toField = (cell: Cell): string => {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** One line with its line end. A text that would run as a formula gets an apostrophe in front. */
const toCsvLine = (cells: readonly Cell[]): string => `${cells.map(toField).join(',')}\r\n`;

/** Whether the caller would rather have CSV than JSON. */
export const prefersCsv = (c: HttpContext): boolean => {
  addHeader(c, 'Vary', 'Accept');
  const supports = ['application/json', 'text/csv'];
  return (
    accepts(asHonoContext(c), { header: 'Accept', supports, default: 'application/json' }) === 'text/csv'
  );
};

/** A streamed CSV download: the header line, then the lines of each page as it is asked for (see `streamText`). */
export const csvResponse = (
  c: HttpContext,
  fileName: string,
  header: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
): Response =>
  streamText(c, toLines(header, pages), {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${fileName}"`,
  });

async function* toLines(
  header: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<string, void, void> {
  yield toCsvLine(header);
  for await (const lines of pages) yield lines.map(toCsvLine).join('');
}
