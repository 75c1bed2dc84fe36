type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON object with another one merged into it (RFC 7396); the same as SQLite's `json_patch`. */
export const mergePatch = (target: JsonObject, patch: JsonObject): JsonObject => {
  // A Map takes any key as it is, `__proto__` too.
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (isObject(value)) {
      const inner = merged.get(key);
      merged.set(key, mergePatch(isObject(inner) ? inner : {}, value));
    } else merged.set(key, value);
  }
  return Object.fromEntries(merged);
};
