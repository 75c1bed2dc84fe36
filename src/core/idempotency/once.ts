/**
 * A call that can be repeated without harm (draft-ietf-httpapi-idempotency-key-header): the same key and the same request
 * get the first answer. The key is taken in the transaction of the change, so a change is never made twice, no matter what was
 * lost on the way.
 */
import { openDatabase, readRows, runBatch } from '../../db/client.ts';
import { AlreadyPreceded, precededBinding } from '../../db/preceded.ts';
import { decryptText, encryptText, sha256Hex } from '../../lib/crypto.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { deleteOutlived, insertKey, KEY_COLUMNS, selectKept, updateAnswer } from './queries.ts';

/** How long a key is known. */
export const KEPT_MS = 24 * 3_600_000;

/** So long a call without an answer may still be running; after that its answer is lost. */
const RUNNING_MS = 60_000;

/** A longer answer is not kept: a value of D1 takes 2 MB. */
const MAX_ANSWER_LENGTH = 1_000_000;

/** A call with an Idempotency-Key. */
export interface OnceCall {
  readonly key: string;
  /** The credential as the caller presented it: with the key it encrypts the answer. */
  readonly credential: string;
  /** What was asked: method, path, query and body as one text. */
  readonly request: string;
}

/** An answer as it is kept. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Does `work` once. It gets a context whose first transaction takes the key. Only an answer whose call wrote something is
 * kept: a refusal changes nothing and can be asked for again.
 *
 * @throws DomainError idempotency_mismatch, idempotency_running, idempotency_answer_lost, and what `work` throws
 */
export const once = async <C extends Ctx>(
  ctx: C,
  call: OnceCall,
  work: (ctx: C) => Promise<KeptAnswer>,
): Promise<{ answer: KeptAnswer; isReplayed: boolean }> => {
  const now = ctx.clock.now();
  // What the operator changes may be anywhere: the key is taken where the change is made.
  const databases = 'community' in ctx.actor ? [ctx.db] : ctx.places;
  const communityId = 'community' in ctx.actor ? ctx.actor.community.id : 0;
  const [keyHash, fingerprint] = await Promise.all([
    sha256Hex(`${ctx.actor.kind}\n${ctx.actor.id}\n${call.key}`),
    sha256Hex(call.request),
  ]);
  const row = { communityId, keyHash };
  const createdAfter = now - KEPT_MS;

  const replay = async (): Promise<KeptAnswer | undefined> => {
    const [kept] = (
      await Promise.all(databases.map((db) => readRows(db, selectKept({ ...row, createdAfter }))))
    ).flat();
    if (!kept) return undefined;
    if (kept.fingerprint !== fingerprint) throw new DomainError('idempotency_mismatch');
    if (kept.answer !== null) return open(call, kept.answer);
    throw new DomainError(
      now < kept.created_at + RUNNING_MS ? 'idempotency_running' : 'idempotency_answer_lost',
    );
  };

  const known = await replay();
  if (known) return { answer: known, isReplayed: true };
  const statement = insertKey({ ...row, fingerprint, createdAt: now });
  const taking = databases.map((db) => {
    const { binding, hasWritten } = precededBinding(db.$client, { statement, columns: KEY_COLUMNS });
    return { db, hasWritten, guarded: openDatabase(binding, db.place) };
  });
  const guarded = taking.map((one) => one.guarded);
  try {
    const [db = ctx.db] = guarded;
    const answer = await work({ ...ctx, db, ...(databases === ctx.places && { places: guarded }) });
    const changed = taking.find(({ hasWritten }) => hasWritten());
    if (changed && answer.body.length <= MAX_ANSWER_LENGTH) {
      await runBatch(changed.db, [updateAnswer({ ...row, answer: await seal(call, answer) })], {
        isRepeatable: true,
      });
    }
    return { answer, isReplayed: false };
  } catch (error) {
    if (!(error instanceof AlreadyPreceded)) throw error;
    if (error.isOwn) throw new DomainError('idempotency_answer_lost');
    const answer = await replay();
    if (answer) return { answer, isReplayed: true };
    // The key is older than a day, and the job has not come yet.
    for (const db of databases) {
      await runBatch(db, [deleteOutlived({ ...row, createdAfter })], { isRepeatable: true });
    }
    return once(ctx, call, work);
  }
};

const seal = (call: OnceCall, answer: KeptAnswer): Promise<string> =>
  encryptText(`${call.credential}\n${call.key}`, JSON.stringify(answer));

const open = async (call: OnceCall, sealed: string): Promise<KeptAnswer> => {
  const text = await decryptText(`${call.credential}\n${call.key}`, sealed);
  // The same holder with another form of credential (a new token): the answer cannot be read any more.
  if (text === undefined) throw new DomainError('idempotency_answer_lost');
  return JSON.parse(text);
};
