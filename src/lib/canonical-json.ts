/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * The canonical JSON of a value (RFC 8785): members sorted by the UTF-16 code units of their names, no white space.
 * The RFC takes numbers and strings from ECMAScript's own JSON.stringify; a member that is undefined is left out.
 */
export const canonicalJson = (value: Json): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
};

/** `Array.isArray` that also narrows a readonly array. */
const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);
