import type { Services } from '../../core/context.ts';
import { isSpoken, learn } from './messages.ts';
import type { HttpContext } from './operation.ts';

/** The host says nothing: the binding knows paths only. */
const SPANISH_TEXTS = 'https://assets.invalid/messages.es.json';

/**
 * Fetches the Spanish texts where an answer may need them and this isolate has not got them yet; undefined where there is
 * nothing to wait for. Where the asset does not come, the answer is English, and the next call tries again.
 */
export const learnLanguage = (c: HttpContext, { assets }: Services): Promise<void> | undefined =>
  assets && !isSpoken('es') && /\bes\b/i.test(c.req.header('Accept-Language') ?? '')
    ? fetchTexts(assets).catch(() => undefined)
    : undefined;

const fetchTexts = async (assets: Pick<Fetcher, 'fetch'>): Promise<void> => {
  const answer = await assets.fetch(SPANISH_TEXTS);
  if (answer.ok) learn('es', await answer.json());
};
