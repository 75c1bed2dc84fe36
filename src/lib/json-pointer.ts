/** The reference tokens of a JSON Pointer (RFC 6901 §3 and §4); undefined for a text that is none. */
export const parseJsonPointer = (text: string): string[] | undefined => {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
};

/**
 * What a JSON Pointer finds in a JSON value; undefined if nothing. Strict: only own members, and of an array only the
 * indexes of RFC 6901 (no leading zero, no `-`, no `length`).
 */
export const resolveJsonPointer = (document: unknown, pointer: string): unknown => {
  let value = document;
  for (const token of parseJsonPointer(pointer) ?? [undefined]) {
    if (token === undefined || typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) ? !/^(0|[1-9]\d*)$/.test(token) : !Object.hasOwn(value, token)) return undefined;
    value = Reflect.get(value, token);
  }
  return value;
};
