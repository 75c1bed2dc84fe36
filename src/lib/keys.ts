/** The keys of a record, in their order, by their own type: `Object.keys` forgets it. There has to be one. */
export const keysOf = <K extends string>(record: Readonly<Record<K, unknown>>): readonly [K, ...K[]] =>
  // A value may have more keys than its type; the records that this is for are constants.
  Object.keys(record) as [K, ...K[]];

/** Whether a value is one of a list, whose type it then has. */
export const isOneOf = <T>(list: readonly T[], value: unknown): value is T =>
  list.some((one) => one === value);
