import type { Plugin } from 'rolldown';
import { parseSync, Visitor } from 'rolldown/utils';

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

/** SQL without its comments, line breaks and indentation. @throws where they mean something */
export const toOneLine = (code: string, file: string): string => {
  const breaks: { start: number; length: number }[] = [];
  new Visitor({
    TaggedTemplateExpression({ tag, quasi }) {
      if (tag.type !== 'Identifier' || !TAGS.includes(tag.name)) return;
      const parts = quasi.quasis.map(({ value }) => value.raw);
      if (isBound(parts)) throw new Error(`${file}: this SQL cannot be one line:\n${parts.join('?')}`);
      for (const { start, value } of quasi.quasis) {
        const from = code.indexOf(value.raw, start);
        for (const { index, 0: text } of value.raw.matchAll(BREAK)) {
          breaks.push({ start: from + index, length: text.length });
        }
      }
    },
  }).visit(parseSync(file, code).program);
  breaks.sort((a, b) => a.start - b.start);
  let result = '';
  let done = 0;
  for (const { start, length } of breaks) {
    result += `${code.slice(done, start)} `;
    done = start + length;
  }
  return result + code.slice(done);
};

/** Of the Worker: SQL is written for people, and sent to the database with each call. */
export const sqlLines: Plugin = {
  name: 'sql-lines',
  transform: {
    filter: { id: /\/src\/.*\.ts$/, code: /\b(sql|compose)`/ },
    handler: (code, id) => ({ code: toOneLine(code, id), map: null }),
  },
};
