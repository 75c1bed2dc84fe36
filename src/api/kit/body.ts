import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Fault } from './fault.ts';
import { fieldMessage } from './messages.ts';

/** Refuses a body of more than 1 MiB, announced or not (CONTRACTS, "All families"). */
export const limitBody = bodyLimit({
  maxSize: 1024 * 1024,
  onError: () => {
    throw new Fault('body_too_large');
  },
});

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * The request's body as JSON, whatever its `Content-Type`; undefined where it is empty.
 * @throws Fault malformed_json, body_too_large
 */
export const readJson = async (c: Context): Promise<unknown> => {
  const bytes = await c.req.arrayBuffer();
  try {
    const text = decoder.decode(bytes);
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch {
    throw new Fault('malformed_json');
  }
};

/** A form-encoded body, whatever its `Content-Type`. @throws Fault invalid_input for a name given twice */
export const readForm = async (c: Context): Promise<Record<string, string>> => {
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
