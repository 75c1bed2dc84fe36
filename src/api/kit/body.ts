import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Fault } from './fault.ts';

/** Refuses a body of more than 1 MiB, announced or not (CONTRACTS, "All families"). */
export const limitBody = bodyLimit({
  maxSize: 1024 * 1024,
  onError: () => {
    throw new Fault('body_too_large');
  },
});

/**
 * The request's body as JSON, whatever its `Content-Type`; undefined where it is empty.
 * @throws Fault malformed_json, body_too_large
 */
export const readJson = async (c: Context): Promise<unknown> => {
  const bytes = await c.req.arrayBuffer();
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch {
    throw new Fault('malformed_json');
  }
};
