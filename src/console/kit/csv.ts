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

export const toCsv = (
  header: readonly string[],
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
  const mark = dialect === 'spreadsheet' ? '\ufeff' : '';
  return mark + [header, ...rows].map((row) => `${row.map(field).join(separator)}\r\n`).join('');
};
