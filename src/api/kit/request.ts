/** What every request says of itself, read when it is needed. */
import type { Context } from 'hono';
import { readAccepted } from './accept.ts';
import { LANGUAGES, type Language } from './messages.ts';
import type { HttpContext } from './operation.ts';

/** For Hono's own helpers, where they read a request: their type of a context is that of one particular app. */
export const asHonoContext = (c: HttpContext): Context => c as unknown as Context;

/** The caller's own id for the request, where it has a sound one; else a new one. */
export const requestIdOf = (c: HttpContext): string => {
  let id = c.get('requestId');
  if (id === undefined) {
    const given = c.req.header('X-Request-Id');
    id = given && /^[\w\-=]{1,255}$/.test(given) ? given : crypto.randomUUID();
    c.set('requestId', id);
  }
  return id;
};

/** The language that the caller would rather read: of those of the catalogue, else English. */
export const languageOf = (c: HttpContext): Language => {
  for (const { value } of readAccepted(c.req.header('Accept-Language') ?? '')) {
    const known = LANGUAGES.find((language) => value === language || value.startsWith(`${language}-`));
    if (known) return known;
  }
  return 'en';
};

/** Whether the caller takes CSV and nothing else. */
export const acceptsOnlyCsv = (c: HttpContext): boolean => {
  const header = c.req.header('Accept');
  return (
    header !== undefined && /text\/csv/i.test(header) && !/[/+]json|\*\/\*|application\/\*/i.test(header)
  );
};
