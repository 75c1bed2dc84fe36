/** Reads near the reader: by D1's Sessions API, so that a replica may answer where the operator has switched them on. */
import type { Services } from '../../core/context.ts';
import { type ReadSession, readNear } from '../../core/near-reader.ts';
import { invalidField } from './fault.ts';
import { fieldMessage } from './messages.ts';
import type { HttpContext } from './operation.ts';

/** As D1's documentation calls it: of an answer, how new it is; of a call, how new its answer has to be. */
export const BOOKMARK_HEADER = 'X-D1-Bookmark';

/** A bookmark as D1 makes them, or the word for as new as can be. */
const BOOKMARK = /^(?:[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}|first-primary)$/;

/**
 * The database as this call wants to read it; without a bookmark, the nearest copy as it is.
 * @throws Fault invalid_input
 */
export const nearReader = (c: HttpContext, db: Services['db']): ReadSession => {
  const asked = c.req.raw.headers.get(BOOKMARK_HEADER);
  if (asked !== null && !BOOKMARK.test(asked)) {
    throw invalidField(BOOKMARK_HEADER, fieldMessage('bookmark'));
  }
  return readNear(db, asked ?? 'first-unconstrained');
};
