import { describe, expect, it } from 'vitest';
import { csvParts, toCsv, withLineOfFile } from '../../src/console/kit/csv.ts';

describe('a file in parts', () => {
  it('has its header in each, and says where in the file each begins', () => {
    const file = 'name,start\r\nana,1\r\n\r\nbram,2\r\nchidi,3\r\n';
    expect(csvParts(file, 2)).toEqual([
      { text: 'name,start\nana,1\nbram,2\n', rows: 2, firstLine: 2 },
      { text: 'name,start\nchidi,3\n', rows: 1, firstLine: 5 },
    ]);
  });

  it('is not cut within quotes, where a line break is part of a field', () => {
    expect(csvParts('name,note\nana,"two\nlines, ""quoted"""\nbram,x', 1)).toEqual([
      { text: 'name,note\nana,"two\nlines, ""quoted"""\n', rows: 1, firstLine: 2 },
      { text: 'name,note\nbram,x\n', rows: 1, firstLine: 4 },
    ]);
  });

  it('names another line as it is in the file, in either language', () => {
    const part = { firstLine: 1004 };
    expect(withLineOfFile('It would overlap the session (line 3).', part)).toBe(
      'It would overlap the session (line 1005).',
    );
    expect(withLineOfFile('Se solaparía con la sesión (línea 2).', part)).toBe(
      'Se solaparía con la sesión (línea 1004).',
    );
    expect(withLineOfFile('It lies in a closed period.', part)).toBe('It lies in a closed period.');
  });

  it('has none without rows', () => {
    expect(csvParts('', 10)).toEqual([]);
    expect(csvParts('name,start\n', 10)).toEqual([]);
  });
});

describe('a table as a file', () => {
  it('for programs and for the spreadsheet of a region; no text runs as a formula', () => {
    const rows = [
      ['=1+1', 7.5],
      ['a;b', null],
    ];
    expect(toCsv(['Name', 'Hours'], rows, 'programs', 'es-ES')).toBe(
      'Name,Hours\r\n\'=1+1,7.5\r\n"a;b",\r\n',
    );
    expect(toCsv(['Name', 'Hours'], rows, 'spreadsheet', 'es-ES')).toBe(
      '\ufeffName;Hours\r\n\'=1+1;7,5\r\n"a;b";\r\n',
    );
  });
});
