/**
 * The statements of an export, cut where SQLite would: not inside a text, a quoted name, a comment, or a trigger's body.
 * The text of a row may hold anything, a whole trigger included.
 */
export const splitStatements = (sql: string): string[] => {
  const statements: string[] = [];
  // A piece is a text or quoted name, a comment, or all up to the next of them or the next end.
  const pieces = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"`;\-/]+|[-/]/g;
  let statement = '';
  let words = '';
  for (const [piece] of sql.matchAll(pieces)) {
    statement += piece;
    if (piece !== ';') {
      if (!/^(['"`]|--|\/\*)/.test(piece)) words += piece;
      continue;
    }
    const isInTrigger = /^\s*CREATE\s+(TEMP\w*\s+)?TRIGGER\b/i.test(words) && !/\bEND\s*$/i.test(words);
    if (isInTrigger) continue;
    statements.push(statement.trim());
    statement = '';
    words = '';
  }
  if (words.trim() !== '') statements.push(statement.trim());
  return statements;
};

/**
 * An export that can be imported: an export has triggers before views, and a trigger on a view fails where the view is
 * not there yet. Triggers come last, so that no row of the import fires one.
 */
export const toImportable = (sql: string): string => {
  const isTrigger = (statement: string) => /^CREATE\s+TRIGGER\b/i.test(statement);
  const statements = splitStatements(sql);
  return `${[...statements.filter((one) => !isTrigger(one)), ...statements.filter(isTrigger)].join('\n')}\n`;
};
