import { bodyLimit } from 'hono/body-limit';
import { Fault } from './fault.ts';
import { fieldMessage } from './messages.ts';
import type { HttpContext } from './operation.ts';
import { asHonoContext } from './request.ts';

export const MAX_BODY_BYTES = 1024 * 1024;

const tooLarge = (): Fault =>
  new Fault('body_too_large', { params: { size: `${MAX_BODY_BYTES / 1024 ** 2} MiB` } });

const limit = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw tooLarge();
  },
});
const goOn = async () => {};

/**
 * Refuses a body of more than 1 MiB, announced or not (docs/contracts.md, "All families").
 * @throws Fault body_too_large, incomplete_body
 */
export const limitBody = (c: HttpContext): Promise<unknown> | undefined =>
  isSmall(c.req.raw) ? undefined : whole(limit(asHonoContext(c), goOn));

/** Whether there is none, or the runtime holds it to the length that it announces, so that it need not be opened here. */
const isSmall = (request: Request): boolean => {
  const length = request.headers.get('content-length');
  return length === null
    ? request.body === null
    : Number(length) <= MAX_BODY_BYTES && !request.headers.has('transfer-encoding');
};

/** A sender that hangs up, or whose chunks are malformed, is no defect of ours. @throws Fault incomplete_body */
const whole = async <T>(reading: Promise<T>): Promise<T> => {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('incomplete_body');
  }
};

/** The bytes of the body as they came: what a signature is of. Can be read only once. @throws Fault incomplete_body */
export const readBytes = async (c: HttpContext): Promise<Uint8Array> =>
  new Uint8Array(await whole(c.req.raw.arrayBuffer()));

const decoder = new TextDecoder();

/** A text of a body, a character that is cut in two replaced (U+FFFD), without the byte order mark. */
export const decodeText = (bytes: Uint8Array): string => decoder.decode(bytes);

/**
 * What the runtime does not warn about when it is read as text. curl says `application/x-www-form-urlencoded`, an import
 * `application/x-ndjson`.
 */
const IS_TEXT = /^text\/|^application\/(?:[\w.-]+\+)?json\b/i;

/** The body as text, taken as it can be. The runtime's own reading is three times as fast as a decoder of ours. */
const readText = async (c: HttpContext): Promise<string> => {
  const type = c.req.raw.headers.get('content-type');
  return type === null || IS_TEXT.test(type) ? whole(c.req.raw.text()) : decodeText(await readBytes(c));
};

/**
 * The request's body as JSON, by any `Content-Type`; undefined where it is empty. Can be read only once.
 * @throws Fault malformed_json, incomplete_body
 */
export const readJson = async (c: HttpContext): Promise<unknown> => {
  const text = await readText(c);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    if (text.trim() === '') return undefined;
    throw new Fault('malformed_json');
  }
};

/** A form-encoded body, by any `Content-Type`. @throws Fault invalid_input for a name given twice */
export const readForm = async (c: HttpContext): Promise<Record<string, string>> => {
  const form = new URLSearchParams(decodeText(await readBytes(c)));
  return oncePerName([...new Set(form.keys())].map((name) => [name, form.getAll(name)]));
};

/** One text per name. @throws Fault invalid_input for a name given twice */
const oncePerName = (entries: readonly (readonly [string, readonly string[]])[]): Record<string, string> => {
  const issues = entries
    .filter(([, values]) => values.length > 1)
    .map(([name]) => ({ path: name, message: fieldMessage('once') }));
  if (issues.length > 0) throw new Fault('invalid_input', { issues });
  return Object.fromEntries(entries.map(([name, values]) => [name, values[0] as string]));
};

/** Whether the body says of itself that it is CSV. */
export const isCsv = (c: HttpContext): boolean =>
  /^text\/csv\b/i.test(c.req.raw.headers.get('content-type') ?? '');

/** A CSV body as what an operation takes that takes JSON too. @throws Fault incomplete_body */
export const readCsvBody = async (c: HttpContext): Promise<{ csv: string }> => ({ csv: await readText(c) });
