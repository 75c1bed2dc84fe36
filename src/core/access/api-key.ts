import { crc32, randomBase62, toBase62 } from '../../lib/crypto.ts';

const PATTERN = /^rc_[0-9A-Za-z]{38}$/;
const checksum = (random: string): string => toBase62(crc32(random), 6);

/** A new API key: `rc_`, 32 random characters of base62 (190 bits), and their CRC-32 in six more. */
export const newApiKey = (): string => {
  const random = randomBase62(32);
  return `rc_${random}${checksum(random)}`;
};

/** Whether the text has the form and the checksum of an API key: a mistyped one is refused without a query. */
export const isApiKey = (text: string): boolean =>
  PATTERN.test(text) && checksum(text.slice(3, 35)) === text.slice(35);
