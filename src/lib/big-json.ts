/** `JSON.parse`, but an integer beyond 2^53 becomes the text of its digits: a number would lose the last ones. */
export const parseBigJson = (text: string): unknown =>
  /\d{16}/.test(text) ? (JSON.parse as Parse)(text, keepDigits) : JSON.parse(text);

/** As ES2026 has it: the reviver sees the source text of a value. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
type Parse = (text: string, reviver: Reviver) => unknown;

const keepDigits: Reviver = (_, value, { source }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
    ? source
    : value;
