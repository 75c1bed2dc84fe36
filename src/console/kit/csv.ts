/**
 * Tables as files: for programs (comma, point), or for the spreadsheet of the reader's region (semicolon where the comma
 * parts decimals, a byte-order mark). Hours are numbers without a unit; a text never runs as a formula.
 */
export type CsvDialect = 'programs' | 'spreadsheet';
export type CsvCell = string | number | null;

/** As the API's own files have it: what a spreadsheet takes for the start of a formula gets an apostrophe in front. */
const FORMULA = /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

const decimalOf = (locale: string): string =>
  new Intl.NumberFormat(locale).formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.';

/** Rows of a file, without its header: what follows in a file that comes in parts. */
export const csvRows = (
  rows: readonly (readonly CsvCell[])[],
  dialect: CsvDialect,
  locale: string,
): string => {
  const decimal = dialect === 'spreadsheet' ? decimalOf(locale) : '.';
  const separator = decimal === ',' ? ';' : ',';
  const field = (cell: CsvCell): string => {
    if (cell === null) return '';
    if (typeof cell === 'number') return String(cell).replace('.', decimal);
    const safe = FORMULA.test(cell) ? `'${cell}` : cell;
    return /["\r\n;,]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => `${row.map(field).join(separator)}\r\n`).join('');
};

export const toCsv = (
  header: readonly string[],
  rows: readonly (readonly CsvCell[])[],
  dialect: CsvDialect,
  locale: string,
): string => (dialect === 'spreadsheet' ? '\ufeff' : '') + csvRows([header, ...rows], dialect, locale);

/** Part of a file that has its first line, the header, again. */
export interface CsvPart {
  readonly text: string;
  readonly rows: number;
  /** The line of the whole file that stands after the header here. From 1. */
  readonly firstLine: number;
}

/** A file in parts of at most `size` rows. A line break within quotes ends no row; empty lines are none. */
export const csvParts = (file: string, size: number): CsvPart[] => {
  const rows: { text: string; line: number }[] = [];
  let line = 1;
  let start = 0;
  let startLine = 1;
  let isQuoted = false;
  for (let at = 0; at <= file.length; at++) {
    const character = file[at];
    if (character === '"') isQuoted = !isQuoted;
    if (character === '\n') line++;
    if (character !== undefined && (character !== '\n' || isQuoted)) continue;
    const text = file.slice(start, at).replace(/\r$/, '');
    if (text.trim() !== '') rows.push({ text, line: startLine });
    start = at + 1;
    startLine = line;
  }
  const [header, ...others] = rows;
  if (!header) return [];
  return Array.from({ length: Math.ceil(others.length / size) }, (_, index) => {
    const own = others.slice(index * size, (index + 1) * size);
    return {
      text: [header, ...own].map(({ text }) => `${text}\n`).join(''),
      rows: own.length,
      firstLine: own[0]?.line ?? 1,
    };
  });
};

/** The line of the whole file that stands in this line of its part. */
export const lineOfFile = (line: number, { firstLine }: Pick<CsvPart, 'firstLine'>): number =>
  line - 2 + firstLine;

/** A reason that names a line of the part, such as `(line 2)` or `(línea 2)`, with that of the whole file. */
export const withLineOfFile = (reason: string, part: Pick<CsvPart, 'firstLine'>): string =>
  reason.replace(
    /\((line|línea) (\d+)\)/,
    (_, word: string, line: string) => `(${word} ${lineOfFile(Number(line), part)})`,
  );
