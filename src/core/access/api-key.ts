import { crc32, randomBase62, toBase62 } from '../../lib/crypto.ts';
import { MARK, markOf, NOWHERE, placeIn } from '../places.ts';

const PATTERN = new RegExp(`^rc${MARK}_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$`);
const checksum = (text: string): string => toBase62(crc32(text), 6);

/**
 * A new API key: `rc_`, 32 random characters of base62 (190 bits), and their CRC-32 in six more. One of place 1 begins
 * with `rc1_`, and the checksum is of `1` and the 32 characters.
 */
export const newApiKey = (place = 0): string => {
  const mark = markOf(place);
  const random = randomBase62(32);
  return `rc${mark}_${random}${checksum(mark + random)}`;
};

/** The place that an API key says. NOWHERE for what has not its form and checksum: a mistyped one is refused without a query. */
export const placeOfApiKey = (text: string): number => {
  const found = PATTERN.exec(text);
  if (!found) return NOWHERE;
  const [, mark = '', random, sum] = found;
  return checksum(mark + random) === sum ? placeIn(found) : NOWHERE;
};

export const isApiKey = (text: string): boolean => placeOfApiKey(text) !== NOWHERE;
