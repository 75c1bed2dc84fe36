/** A piece of a text that gives way to another. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all of the edits, none of which may lie in another. */
export const edit = (text: string, edits: readonly Edit[]): string => {
  let result = '';
  let done = 0;
  for (const { start, end, text: other } of edits.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(done, start) + other;
    done = end;
  }
  return result + text.slice(done);
};
