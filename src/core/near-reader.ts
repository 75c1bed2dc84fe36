/** Reads near the reader. The verbs do not know: their context has a database that may be a copy, and is for reads only. */
export { openSession as readNear, type ReadSession } from '../db/session.ts';
