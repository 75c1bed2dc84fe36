import type { Database } from './client.ts';

/** A database as one reader sees it: never older than what it has seen before. For reads only. */
export interface ReadSession {
  readonly db: Database;
  /** How new the answers are that it has given; null before the first. */
  readonly bookmark: () => string | null;
}

/** @param from a bookmark, or how new the first answer has to be */
export const openSession = (db: Database, from: string): ReadSession => {
  // Of a binding that knows no sessions, the database itself.
  if (!('withSession' in db.$client)) return { db, bookmark: () => null };
  const session = db.$client.withSession(from);
  // It runs statements and batches, and nothing here asks for more.
  return { db: { ...db, $client: session as unknown as D1Database }, bookmark: () => session.getBookmark() };
};
