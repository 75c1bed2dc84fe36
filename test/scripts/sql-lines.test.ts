// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are what is read.
import { describe, expect, it } from 'vitest';
import { toOneLine } from '../../scripts/local/sql-lines.ts';

const TICK = '`';
/** A template of a tag. */
const template = (tag: string, text: string) => `const built = ${tag}${TICK}${text}${TICK};\n`;

describe('the SQL of the Worker that is deployed', () => {
  it('has no line breaks and no indentation', () => {
    const code = template(
      'sql',
      '\n    SELECT id\n      FROM notes\n    WHERE id = ${$.id}\n      AND text = 1',
    );
    expect(toOneLine(code, 'a.ts')).toBe(
      template('sql', ' SELECT id FROM notes WHERE id=${$.id} AND text=1'),
    );
  });

  it('has no comments, which would reach to its end', () => {
    const code = template('sql', "SELECT id -- Who doesn't know?\n  FROM notes");
    expect(toOneLine(code, 'a.ts')).toBe(template('sql', 'SELECT id  FROM notes'));
  });

  it('is put together of pieces, each on one line', () => {
    const code = template(
      'compose',
      `SELECT\n  \${of((name) => {\n  return sql${TICK}a\n  b${TICK};\n})}\n  FROM c`,
    );
    expect(toOneLine(code, 'a.ts')).toBe(
      template('compose', `SELECT \${of((name) => {\n  return sql${TICK}a b${TICK};\n})} FROM c`),
    );
  });

  it('has no blanks beside commas, brackets and equals signs, but in texts', () => {
    const code = template('sql', "a IN ( b, '( , = ${c} , )' ) = ${d} , 'it''s , ' -> e");
    expect(toOneLine(code, 'a.ts')).toBe(template('sql', "a IN(b,'( , = ${c} , )')=${d},'it''s , ' -> e"));
  });

  it('keeps what is no SQL', () => {
    for (const code of [template('', 'a\n  b'), template('text', 'a\n  b'), 'const sql = "a";\n\n  sql\n']) {
      expect(toOneLine(code, 'a.ts')).toBe(code);
    }
  });

  it.each([
    ["SELECT 'a\n  b'"],
    ["SELECT 'a -- b',\n  c"],
    ["SELECT '${a}\n  ' || b"],
    ['SELECT a -- ${b}\n  FROM c'],
    ['SELECT a -- b'],
  ])('cannot be %j: a space would say something else', (text) => {
    expect(() => toOneLine(template('sql', text), 'a.ts')).toThrow('a.ts: this SQL cannot be one line');
  });
});
