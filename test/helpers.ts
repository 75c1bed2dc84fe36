/** What many test files say the same way: times, the shortest account, and a community to call. */
import { type Answer, Harness, START } from './harness.ts';

/** Milliseconds. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** An account id that is as good as any other. */
export const NIL = '00000000-0000-0000-0000-000000000000';

/** The instant so many milliseconds after `START`. */
export const iso = (ms: number): string => new Date(START + ms).toISOString();

/** A new app with a community of its own, and the two calls that most tests make of it. */
export const setUp = async (
  settings?: Record<string, unknown>,
  options?: ConstructorParameters<typeof Harness>[0],
) => {
  const app = new Harness(options);
  const { id, rowId, key } = await app.community(settings);
  /** The toggle call and its kin. */
  const record = (body: Record<string, unknown>, server = 1): Promise<Answer> =>
    app.post(`/v2/community/servers/${server}/activity`, { key, body });
  /** An account's latest sessions, newest first. */
  const latest = async (accId: string = NIL): Promise<Answer['body'][]> =>
    (await app.get(`/v2/community/accounts/${accId}/activity/latest?limit=100`, { key })).body.data;
  return { app, id, rowId, key, record, latest };
};
