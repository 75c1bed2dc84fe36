const encoder = new TextEncoder();

/** SHA-256 of the bytes, or of the text's UTF-8 bytes, as lower-case hex. */
export const sha256Hex = async (data: string | Uint8Array): Promise<string> =>
  toHex(await crypto.subtle.digest('SHA-256', typeof data === 'string' ? encoder.encode(data) : data));

/** HMAC (RFC 2104) of the bytes. */
export const hmac = async (
  hash: 'SHA-256' | 'SHA-1',
  key: Uint8Array,
  data: Uint8Array,
): Promise<Uint8Array> => {
  const algorithm = { name: 'HMAC', hash };
  const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data));
};

/** HMAC-SHA-256 (RFC 2104) of the bytes. */
export const hmacSha256 = (key: Uint8Array, data: Uint8Array): Promise<Uint8Array> =>
  hmac('SHA-256', key, data);

/** Whether an Ed25519 signature (RFC 8032) is of the bytes, by the key's holder. */
export const verifyEd25519 = async (
  publicKey: Uint8Array,
  signature: Uint8Array,
  data: Uint8Array,
): Promise<boolean> => {
  if (signature.byteLength !== 64) return false;
  const imported = await crypto.subtle.importKey('raw', publicKey, { name: 'Ed25519' }, false, ['verify']);
  return crypto.subtle.verify({ name: 'Ed25519' }, imported, signature, data);
};

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export const toHex = (bytes: ArrayBuffer | Uint8Array): string => {
  let hex = '';
  for (const byte of bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)) hex += HEX[byte];
  return hex;
};

/** The bytes of a hex text; undefined for a text that is none. */
export const fromHex = (text: string): Uint8Array | undefined =>
  /^(?:[0-9a-f]{2})*$/i.test(text)
    ? Uint8Array.from({ length: text.length / 2 }, (_, index) =>
        Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
      )
    : undefined;

/** Base64 (RFC 4648 §4) of the bytes. */
export const toBase64 = (bytes: Uint8Array): string => {
  let binary = '';
  // In pieces: a call can have only so many arguments.
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
};

/** The bytes of a base64 text (RFC 4648 §4); undefined for a text that is none. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
};

/** Whether two texts are equal, in a time that depends only on the length of `presented`. */
export const constantTimeEqual = (presented: string, expected: string): boolean => {
  const a = encoder.encode(presented);
  const b = encoder.encode(expected);
  const isSameLength = a.byteLength === b.byteLength;
  // Compare with itself on a length mismatch, so that the length of the secret does not show in the time either.
  return crypto.subtle.timingSafeEqual(a, isSameLength ? b : a) && isSameLength;
};

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `length` random characters of base62, each equally likely. */
export const randomBase62 = (length: number): string => {
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      // 248 is the largest multiple of 62 in a byte: a larger byte would favour the first characters.
      if (byte < 248 && text.length < length) text += BASE62[byte % 62];
    }
  }
  return text;
};

/** `value` in base62, left-padded with `0` to `length` characters. */
export const toBase62 = (value: number, length: number): string => {
  let text = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) text = BASE62[rest % 62] + text;
  return text.padStart(length, '0');
};

const CRC32_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 (ISO-HDLC, as in zip) of the text's UTF-8 bytes, as an unsigned 32-bit integer. */
export const crc32 = (text: string): number => {
  let crc = 0xffffffff;
  for (const byte of encoder.encode(text)) crc = (CRC32_TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
};

/** A key for AES-GCM out of a secret of any length (HKDF, RFC 5869). */
const deriveKey = async (secret: string, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> => {
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode('rollcall answer') },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    [usage],
  );
};

const IV_BYTES = 12;

/** The text encrypted with a key out of `secret` (AES-256-GCM), as base64. */
export const encryptText = async (secret: string, text: string): Promise<string> => {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await deriveKey(secret, 'encrypt');
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, encoder.encode(text)),
  );
  return `${toBase64(iv)}.${toBase64(sealed)}`;
};

/** What `encryptText` has encrypted; undefined where the secret is another one, or somebody has changed it. */
export const decryptText = async (secret: string, sealed: string): Promise<string | undefined> => {
  const [iv, bytes] = sealed.split('.').map(fromBase64);
  if (!iv || !bytes) return undefined;
  try {
    const key = await deriveKey(secret, 'decrypt');
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes));
  } catch {
    return undefined;
  }
};
