/** CSV (RFC 4180, UTF-8, CRLF) that a spreadsheet shows as it is, whatever somebody has put into a cell. */

import type { HttpContext } from './operation.ts';

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

/**
 * A streamed CSV download: the header line, then the lines of each page as it is asked for, so that the size of the
 * whole does not matter. A page that fails breaks the transfer off, which the receiver sees as incomplete.
 */
export const csvResponse = (
  c: HttpContext,
  fileName: string,
  header: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
): Response => {
  const encoder = new TextEncoder();
  const iterator = pages[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(toCsvLine(header))),
    pull: async (controller) => {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value.map(toCsvLine).join('')));
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
  return c.body(body, 200, {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${fileName}"`,
  });
};
