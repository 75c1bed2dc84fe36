/** Makes an id for a thing that happens at `epochMs`. */
export type NewId = (epochMs: number) => string;

/**
 * A UUID v7 (RFC 9562 §5.7) that carries the instant it is made for, not the present. So the ids of one table sort by the
 * time they stand for, also those of late calls.
 */
export const newUuidV7: NewId = (epochMs) => {
  if (!Number.isInteger(epochMs) || epochMs < 0 || epochMs >= 2 ** 48)
    throw new RangeError(`No UUID v7 is of ${epochMs}.`);
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint32Array(3));
  const time = hex(epochMs, 12);
  // The version and 12 random bits, the variant and 14 of them, and 48.
  const middle = `${hex(0x7000 | (a & 0xfff), 4)}-${hex(0x8000 | ((a >>> 12) & 0x3fff), 4)}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-${middle}-${hex(b, 8)}${hex(c & 0xffff, 4)}`;
};

const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0');

/** The instant that a UUID v7 carries, in epoch milliseconds; of another UUID, a number without a meaning. */
export const timeOfUuidV7 = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
