import type { Plugin } from 'rolldown';
import { type ESTree, parseSync, Visitor } from 'rolldown/utils';
import { type Edit, edit } from './edits.ts';

/** Drizzle's functions that only migrations need the result of. */
const INDEXES: readonly string[] = ['index', 'uniqueIndex', 'check'];

/** `index` of `index('by_name').on(table.name).where(...)`. */
const firstOf = (node: ESTree.Node): ESTree.Node =>
  node.type === 'CallExpression'
    ? firstOf(node.callee)
    : node.type === 'MemberExpression'
      ? firstOf(node.object)
      : node;

const isIndex = (node: ESTree.Node): boolean => {
  const first = firstOf(node);
  return first.type === 'Identifier' && INDEXES.includes(first.name);
};

/** The definition of a table without the indexes that it lists. */
export const leaveOutIndexes = (code: string, file: string): string => {
  const edits: Edit[] = [];
  new Visitor({
    ArrayExpression({ start, end, elements }) {
      const others = elements.flatMap((element) => (element && !isIndex(element) ? element : []));
      if (others.length === elements.length) return;
      const text = `[${others.map((other) => code.slice(other.start, other.end)).join(', ')}]`;
      edits.push({ start, end, text });
    },
  }).visit(parseSync(file, code).program);
  return edit(code, edits);
};

/** Of the Worker: the database has its indexes from the migrations. */
export const withoutIndexes: Plugin = {
  name: 'without-indexes',
  transform: {
    filter: { id: /\/src\/db\/schema\/.*\.ts$/ },
    handler: (code, id) => ({ code: leaveOutIndexes(code, id), map: null }),
  },
};
