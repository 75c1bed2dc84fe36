/** What every request says of itself, read when it is needed. */
import type { Context } from 'hono';
import { detectFromHeader } from 'hono/language';
import { isOneOf } from '../../lib/keys.ts';
import { isSpoken, LANGUAGES, type Language } from './messages.ts';
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

const LANGUAGE_OPTIONS: Parameters<typeof detectFromHeader>[1] = {
  order: ['header'],
  lookupFromHeaderKey: 'accept-language',
  lookupQueryString: '',
  lookupCookie: '',
  lookupFromPathIndex: 0,
  supportedLanguages: [...LANGUAGES],
  fallbackLanguage: 'en',
  ignoreCase: true,
  caches: false,
};

/** The language that the caller would rather read: of those of the catalogue, else English. */
export const languageOf = (c: HttpContext): Language => {
  const detected = detectFromHeader(asHonoContext(c), LANGUAGE_OPTIONS);
  return isOneOf(LANGUAGES, detected) && isSpoken(detected) ? detected : 'en';
};

/** Whether the caller takes CSV and nothing else. */
export const acceptsOnlyCsv = (c: HttpContext): boolean => {
  const header = c.req.header('Accept');
  return (
    header !== undefined && /text\/csv/i.test(header) && !/[/+]json|\*\/\*|application\/\*/i.test(header)
  );
};
