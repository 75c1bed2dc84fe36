import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvReader, delimiterOf, readCsvRows } from '../../src/lib/csv-reader.ts';

const cells = (text: string) => readCsvRows(text).map((row) => row.cells);

describe('a CSV file', () => {
  it.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '\ufeffa;b\r\n1;"x;y"\r\n',
      [
        ['a', 'b'],
        ['1', 'x;y'],
      ],
    ],
    [
      'a\tb\r1\t2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\n"say ""hi""","two\nlines"\n',
      [
        ['a', 'b'],
        ['say "hi"', 'two\nlines'],
      ],
    ],
    [
      'a,b\n,\n',
      [
        ['a', 'b'],
        ['', ''],
      ],
    ],
    ['a,b\n\n1,2', [['a', 'b'], [''], ['1', '2']]],
    [
      'a,b\n5" wide,x\n',
      [
        ['a', 'b'],
        ['5" wide', 'x'],
      ],
    ],
    ['', []],
  ])('%j', (text, expected) => {
    expect(cells(text)).toEqual(expected);
  });

  it('tells the line that a row begins in', () => {
    expect(readCsvRows('a,b\r\n"x\r\ny",1\r\nz,2\r\n').map(({ line }) => line)).toEqual([1, 2, 4]);
  });

  it('with a quotation mark that is not closed is refused, with its line', () => {
    expect(() => readCsvRows('a,b\n1,2\n"x,3\n4,5\n')).toThrow('The quotation mark in line 3 is not closed.');
  });

  it('is what was written, however it is cut into pieces', () => {
    const quote = (cell: string, delimiter: string) =>
      cell === '' || cell.includes(delimiter) || /["\r\n]/.test(cell)
        ? `"${cell.replaceAll('"', '""')}"`
        : cell;
    fc.assert(
      fc.property(
        fc.array(
          fc.array(
            fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', 'é', '\ufeff', '😀') }),
            {
              minLength: 2,
              maxLength: 4,
            },
          ),
          { minLength: 1, maxLength: 5 },
        ),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.integer({ min: 0, max: 60 })),
        (rows, delimiter, lineEnd, cuts) => {
          const text = rows
            .map((row) => row.map((cell) => quote(cell, delimiter)).join(delimiter))
            .join(lineEnd);
          fc.pre(!text.startsWith('\ufeff'));
          const reader = new CsvReader(delimiter);
          const pieces = [0, ...cuts.sort((a, b) => a - b), text.length];
          const read = pieces.slice(1).flatMap((end, index) => reader.push(text.slice(pieces[index], end)));
          expect([...read, ...reader.end()].map((row) => row.cells)).toEqual(rows);
        },
      ),
    );
  });

  it('has the delimiter that its first line has most of', () => {
    expect([delimiterOf('a;b,c;d'), delimiterOf('a\tb'), delimiterOf('a')]).toEqual([';', '\t', ',']);
  });
});
