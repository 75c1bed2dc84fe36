/** CSV (RFC 4180, UTF-8, CRLF) that a spreadsheet shows as it is, and in which no cell runs as a formula. */

import { accepts } from 'hono/accepts';
import * as v from 'valibot';
import { addHeader } from './answer.ts';
import { documented } from './fields.ts';
import { fieldMessage } from './messages.ts';
import type { HttpContext } from './operation.ts';
import { asHonoContext, languageOf } from './request.ts';
import { streamText } from './stream.ts';

export type Cell = string | number | null;

/** How a file is written. */
interface CsvDialect {
  readonly delimiter: ',' | ';';
  readonly decimal: '.' | ',';
  /** Before the first line: what tells a spreadsheet that it is UTF-8. */
  readonly mark: string;
}

/** Comma, point, ISO times, no mark. */
const PROGRAMS: CsvDialect = { delimiter: ',', decimal: '.', mark: '' };

/**
 * What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), the full-width forms included, also
 * behind blanks that some of them trim. Only texts: a number of ours is a number.
 */
const FORMULA = /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

export const isFormula = (text: string): boolean => FORMULA.test(text);

const toField = (cell: Cell, { decimal }: CsvDialect): string => {
  if (cell === null) return '';
  if (typeof cell === 'number') return quote(String(cell).replace('.', decimal), decimal);
  return quote(isFormula(cell) ? `'${cell}` : cell, decimal);
};

/** Where the decimal is a comma, the delimiter is none. */
const quote = (text: string, decimal: string): string =>
  (decimal === ',' ? /[";\r\n]/ : /[",\r\n]/).test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** One line with its line end. A text that would run as a formula gets an apostrophe in front. */
const toCsvLine = (cells: readonly Cell[], dialect: CsvDialect): string =>
  `${cells.map((cell) => toField(cell, dialect)).join(dialect.delimiter)}\r\n`;

const SUPPORTED = ['application/json', 'text/csv'];

/** Whether the caller would rather have CSV than JSON. */
export const prefersCsv = (c: HttpContext): boolean => {
  addHeader(c, 'Vary', 'Accept');
  const accepted = c.req.header('Accept');
  if (accepted === undefined || !/text\/(?:csv|\*)/i.test(accepted)) return false;
  return (
    accepts(asHonoContext(c), { header: 'Accept', supports: SUPPORTED, default: 'application/json' }) ===
    'text/csv'
  );
};

const isLocale = (value: string): boolean => {
  try {
    return Intl.NumberFormat.supportedLocalesOf(value).length > 0;
  } catch {
    return false;
  }
};

/** Query parameters of what answers CSV: for whom the file is, and of a spreadsheet the region. */
export const csvQuery = {
  csv: v.optional(v.picklist(['programs', 'spreadsheet']), 'programs'),
  locale: v.optional(
    v.pipe(
      v.string(),
      v.check(isLocale, fieldMessage('locale')),
      documented(WITH_DOCS && { type: 'string', examples: ['en-GB', 'es-ES', 'es-MX'] }),
    ),
  ),
};

export interface CsvQuery {
  readonly csv: 'programs' | 'spreadsheet';
  readonly locale?: string | undefined;
}

const dialectOf = (c: HttpContext, { csv, locale }: CsvQuery): CsvDialect => {
  if (csv === 'programs') return PROGRAMS;
  const parts = new Intl.NumberFormat(locale ?? languageOf(c)).formatToParts(1.5);
  const hasComma = parts.some(({ type, value }) => type === 'decimal' && value === ',');
  // Excel splits at the list separator of its region, which is a semicolon where the comma is taken.
  return { delimiter: hasComma ? ';' : ',', decimal: hasComma ? ',' : '.', mark: '\ufeff' };
};

/** A streamed CSV download: the header line, then the lines of each page as it is asked for (see `streamText`). */
export const csvResponse = (
  c: HttpContext,
  fileName: string,
  header: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
  query: CsvQuery = { csv: 'programs' },
): Response =>
  streamText(c, toLines(header, pages, dialectOf(c, query)), {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${fileName}"`,
  });

async function* toLines(
  header: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
  dialect: CsvDialect,
): AsyncGenerator<string, void, void> {
  yield dialect.mark + toCsvLine(header, dialect);
  for await (const lines of pages) yield lines.map((line) => toCsvLine(line, dialect)).join('');
}
