import { UUID } from 'uuidv7';

/** Makes an id for a thing that happens at `epochMs`. */
export type NewId = (epochMs: number) => string;

/**
 * A UUID v7 (RFC 9562 §5.7) that carries the instant it is made for, not the present. So the ids of one table sort by the
 * time they stand for, also those of late calls.
 */
export const newUuidV7: NewId = (epochMs) => {
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint32Array(3));
  return UUID.fromFieldsV7(epochMs, a & 0xfff, b & 0x3fffffff, c).toString();
};

/** The instant that a UUID v7 carries, in epoch milliseconds; of another UUID, a number without a meaning. */
export const timeOfUuidV7 = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
