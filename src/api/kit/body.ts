import { bodyLimit } from 'hono/body-limit';
import { Fault } from './fault.ts';
import { fieldMessage } from './messages.ts';
import type { HttpContext } from './operation.ts';
import { asHonoContext } from './request.ts';

const MAX_BODY_BYTES = 1024 * 1024;

const limit = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Fault('body_too_large');
  },
});
const goOn = async () => {};

/** Refuses a body of more than 1 MiB, announced or not (docs/contracts.md, "All families"). @throws Fault body_too_large */
export const limitBody = (c: HttpContext): Promise<unknown> | undefined =>
  isAnnouncedSmall(c.req.raw.headers) ? undefined : limit(asHonoContext(c), goOn);

/** The runtime holds a body to the length that it announces, so that it need not be opened here. */
const isAnnouncedSmall = (headers: Headers): boolean => {
  const length = headers.get('content-length');
  return length !== null && Number(length) <= MAX_BODY_BYTES && !headers.has('transfer-encoding');
};

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * The request's body as JSON, whatever its `Content-Type`; undefined where it is empty. Can be read only once.
 * @throws Fault malformed_json, body_too_large
 */
export const readJson = async (c: HttpContext): Promise<unknown> => {
  const bytes = await c.req.raw.arrayBuffer();
  try {
    const text = decoder.decode(bytes);
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch {
    throw new Fault('malformed_json');
  }
};

/** A form-encoded body, whatever its `Content-Type`. @throws Fault invalid_input for a name given twice */
export const readForm = async (c: HttpContext): Promise<Record<string, string>> => {
  const form = new URLSearchParams(await c.req.text());
  return oncePerName([...new Set(form.keys())].map((name) => [name, form.getAll(name)]));
};

/** One text per name. @throws Fault invalid_input for a name given twice */
export const oncePerName = (
  entries: readonly (readonly [string, readonly string[]])[],
): Record<string, string> => {
  const issues = entries
    .filter(([, values]) => values.length > 1)
    .map(([name]) => ({ path: name, message: fieldMessage('once') }));
  if (issues.length > 0) throw new Fault('invalid_input', { issues });
  return Object.fromEntries(entries.map(([name, values]) => [name, values[0] as string]));
};
