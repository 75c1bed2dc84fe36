import type { Plugin } from 'rolldown';
import { parseSync, Visitor } from 'rolldown/utils';
import { type Edit, edit } from './edits.ts';

/** Whose templates are SQL (src/db/statement.ts). */
const TAGS: readonly string[] = ['sql', 'compose'];

/** A comment, a line break, and the indentation behind it. */
const BREAK = /(--[^\n]*)?\n\s*/g;

/** Whether a text, or a comment that a value stands in, goes over a line's end: there a space is something else. */
const isBound = (parts: readonly string[]): boolean =>
  parts.some((part) => /--[^\n]*$/.test(part)) ||
  parts
    .map((part) => part.replaceAll(BREAK, '\n'))
    .join('?')
    .split('\n')
    .some((line) => line.split("'").length % 2 === 0);

/** The parts of a template of SQL without comments, line breaks, and blanks beside what needs none. */
const shorten = (parts: readonly string[]): string[] => {
  let isText = false;
  return parts.map((part) =>
    part
      .replaceAll(BREAK, ' ')
      .split("'")
      .map((piece, index) => {
        if (index > 0) isText = !isText;
        return isText ? piece : piece.replaceAll(/ *([,()=]) */g, '$1');
      })
      .join("'"),
  );
};

/** SQL on one line. @throws where a line break means something */
export const toOneLine = (code: string, file: string): string => {
  const edits: Edit[] = [];
  new Visitor({
    TaggedTemplateExpression({ tag, quasi }) {
      if (tag.type !== 'Identifier' || !TAGS.includes(tag.name)) return;
      const parts = quasi.quasis.map(({ value }) => value.raw);
      if (isBound(parts)) throw new Error(`${file}: this SQL cannot be one line:\n${parts.join('?')}`);
      const texts = shorten(parts);
      for (const [index, { start: before, value }] of quasi.quasis.entries()) {
        const start = code.indexOf(value.raw, before);
        edits.push({ start, end: start + value.raw.length, text: texts[index] ?? '' });
      }
    },
  }).visit(parseSync(file, code).program);
  return edit(code, edits);
};

/** Of the Worker: SQL is written for people, and sent to the database with each call. */
export const sqlLines: Plugin = {
  name: 'sql-lines',
  transform: {
    filter: { id: /\/src\/.*\.ts$/, code: /\b(sql|compose)`/ },
    handler: (code, id) => ({ code: toOneLine(code, id), map: null }),
  },
};
