/**
 * Reads CSV (RFC 4180) piece by piece: fields in quotation marks, with line breaks and doubled marks in them; lines that
 * end with CRLF, LF or CR; a byte order mark. (Libraries that do it weigh ten times as much in the upload.)
 */
export class CsvReader {
  readonly #delimiter: string;
  #field = '';
  #cells: string[] = [];
  #isQuoted = false;
  /** Behind the mark that ended a quoted field, or began a doubled one. */
  #isAfterMark = false;
  #isAfterCr = false;
  #line = 1;
  #startLine = 1;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The rows that a further piece of text completes, each with the number of the line that it begins in. */
  push(text: string): CsvRow[] {
    const rows: CsvRow[] = [];
    for (const char of text) {
      if (this.#isQuoted) {
        if (char === '"') {
          this.#isQuoted = false;
          this.#isAfterMark = true;
        } else {
          if (char === '\n') this.#line += 1;
          this.#field += char;
        }
        continue;
      }
      const isAfterMark = this.#isAfterMark;
      const isAfterCr = this.#isAfterCr;
      this.#isAfterMark = false;
      this.#isAfterCr = false;
      if (char === '"' && isAfterMark) {
        this.#field += '"';
        this.#isQuoted = true;
      } else if (char === '"' && this.#field === '') {
        this.#isQuoted = true;
      } else if (char === this.#delimiter) {
        this.#endField();
      } else if (char === '\n' && isAfterCr) {
        // The second half of a line end.
        this.#startLine = this.#line;
      } else if (char === '\n' || char === '\r') {
        this.#isAfterCr = char === '\r';
        rows.push(this.#endRow());
      } else if (char !== '\ufeff' || this.#line > 1 || this.#field !== '' || this.#cells.length > 0) {
        this.#field += char;
      }
    }
    return rows;
  }

  /**
   * The last row, if it has no line end.
   * @throws CsvQuoteError where a quotation mark is not closed
   */
  end(): CsvRow[] {
    if (this.#isQuoted) throw new CsvQuoteError(this.#startLine);
    return this.#field !== '' || this.#cells.length > 0 ? [this.#endRow()] : [];
  }

  #endField(): void {
    this.#cells.push(this.#field);
    this.#field = '';
  }

  #endRow(): CsvRow {
    this.#endField();
    const row = { line: this.#startLine, cells: this.#cells };
    this.#cells = [];
    this.#line += 1;
    this.#startLine = this.#line;
    return row;
  }
}

export interface CsvRow {
  /** Of the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A quotation mark that nothing closes. */
export class CsvQuoteError extends Error {
  readonly line: number;

  constructor(line: number) {
    super(`The quotation mark in line ${line} is not closed.`);
    this.line = line;
  }
}

/** What separates the columns: of comma, semicolon and tab, that which the first line has most of. */
export const delimiterOf = (text: string): string => {
  const [first = ''] = text.split(/[\r\n]/, 1);
  const count = (char: string): number => first.split(char).length;
  return [',', ';', '\t'].reduce((best, char) => (count(char) > count(best) ? char : best));
};

/** All rows of a text. @throws CsvQuoteError */
export const readCsvRows = (text: string): CsvRow[] => {
  const reader = new CsvReader(delimiterOf(text));
  return [...reader.push(text), ...reader.end()];
};
