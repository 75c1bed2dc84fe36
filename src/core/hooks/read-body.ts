import { parseBigJson } from '../../lib/big-json.ts';
import type { InboundCall } from './model.ts';

/**
 * The body of a call as a JSON value: JSON, by any `Content-Type`; a form, with its fields as texts; or a form, or
 * a multipart body, with the JSON in its field `payload`. Undefined where it is none of these.
 */
export const readBody = async ({ body, header }: Pick<InboundCall, 'body' | 'header'>): Promise<unknown> => {
  const type = header('content-type') ?? '';
  if (/^multipart\/form-data/i.test(type)) return fromFields(await readMultipart(body, type));
  const text = new TextDecoder().decode(body);
  const isForm = /^application\/x-www-form-urlencoded/i.test(type);
  // curl says of all that it sends that it is a form.
  if (!isForm || /^\s*[[{]/.test(text)) {
    const value = parse(text);
    if (value !== undefined || !isForm) return value;
  }
  return fromFields([...new URLSearchParams(text)]);
};

const parse = (text: string): unknown => {
  try {
    return parseBigJson(text);
  } catch {
    return undefined;
  }
};

/** The texts of a multipart body; its files are left out. */
const readMultipart = async (body: Uint8Array, type: string): Promise<[string, string][]> => {
  try {
    const form = await new Response(body, { headers: { 'Content-Type': type } }).formData();
    return [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
  } catch {
    return [];
  }
};

/** A name that is there several times has a list. */
const fromFields = (fields: readonly [string, string][]): unknown => {
  if (fields.length === 0) return undefined;
  const values = Map.groupBy(fields, ([name]) => name);
  const payload = parse(values.get('payload')?.[0]?.[1] ?? '');
  if (typeof payload === 'object' && payload !== null) return payload;
  return Object.fromEntries(
    [...values].map(([name, pairs]) => [
      name,
      pairs.length === 1 ? pairs[0]?.[1] : pairs.map(([, value]) => value),
    ]),
  );
};
