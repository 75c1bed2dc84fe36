import { isRefusedBy } from './constraint.ts';
import { databaseFaultOf } from './faults.ts';
import { AlreadyPreceded } from './preceded.ts';
import type { Statement } from './statement.ts';

/** A database: its binding, behind all that a statement goes through here. */
export interface Database {
  readonly $client: D1Database;
  /** Its number among those that communities live in: 0 for `DB`, 1 for `DB_1`. */
  readonly place: number;
}

export const openDatabase = (binding: D1Database, place = 0): Database => ({ $client: binding, place });

/** A row as SQLite returns it: snake_case columns. */
export type Row = Record<string, unknown>;

export type { Statement };

/** What runs as one transaction: statements, groups of them, and places left empty. */
export interface Batch extends ReadonlyArray<Statement | Batch | undefined> {}

/** The rows that a batch returns, in the places of its statements. */
export type RowsOf<T> = T extends undefined
  ? undefined
  : T extends Statement<infer R>
    ? (unknown extends R ? Row : R)[]
    : T extends readonly unknown[]
      ? { -readonly [Place in keyof T]: RowsOf<T[Place]> }
      : never;

const isGroup = (entry: Statement | Batch | undefined): entry is Batch => Array.isArray(entry);

const prepare = (db: Database, { sql: text, params }: Statement): D1PreparedStatement =>
  db.$client.prepare(text).bind(...params);

/** A batch was carried out, and what it returned was lost on the way. */
export class AlreadyDone extends Error {
  constructor() {
    super('The batch was carried out; its results were lost.');
    this.name = 'AlreadyDone';
  }
}

/** How a batch may be tried again. */
export interface Repeating {
  /** Whether the batch ends in the same rows and answers where it is carried out twice. That of reads alone does. */
  readonly isRepeatable?: boolean;
  /** A query that has a row where the batch has been carried out. It is asked in the transaction of the next try. */
  readonly done?: () => Statement;
}

/**
 * Runs the statements as one transaction in one round trip and returns each one's rows in its place. What belongs
 * together is one batch.
 *
 * When the connection is lost it is tried again; but where the first try may have been carried out, only as `repeating`
 * allows it.
 * @throws AlreadyDone, where `repeating.done` finds that it was
 */
export const runBatch = async <const T extends Batch>(
  db: Database,
  batch: T,
  { isRepeatable = false, done }: Repeating = {},
): Promise<RowsOf<T>> => {
  const statements: Statement[] = [];
  const collect = (entries: Batch): void => {
    for (const entry of entries) {
      if (isGroup(entry)) collect(entry);
      else if (entry) statements.push(entry);
    }
  };
  collect(batch);
  const prepared = statements.map((statement) => prepare(db, statement));
  const results = await repeating(
    (isFirst) =>
      done
        ? orDone(db, done, prepared, isFirst)
        : isRepeatable
          ? orAgain(db, prepared)
          : db.$client.batch<Row>(prepared),
    () => isRepeatable || done !== undefined || statements.every(isRead),
  );
  let next = 0;
  const distribute = (entries: Batch): unknown[] =>
    entries.map((entry) => (isGroup(entry) ? distribute(entry) : entry && results[next++]?.results));
  // D1 answers in the order of the statements, which the places of `T` are.
  return distribute(batch) as RowsOf<T>;
};

/** Whether a statement only reads. */
const isRead = ({ sql: text }: Statement): boolean => {
  return /^\s*(?:SELECT|WITH)\b/i.test(text) && !/\b(?:INSERT|UPDATE|DELETE)\b/i.test(text);
};

/** The batch; from the second time on behind a statement that refuses it where it was carried out before. */
const orDone = async (
  db: Database,
  done: () => Statement,
  prepared: readonly D1PreparedStatement[],
  isFirst: boolean,
): Promise<D1Result<Row>[]> => {
  try {
    if (isFirst) return await db.$client.batch<Row>([...prepared]);
    const { sql: text, params } = done();
    const refusal = db.$client.prepare(
      `INSERT INTO idempotency_keys (community_id, key_hash, fingerprint, created_at) SELECT NULL, '', '', 0 WHERE EXISTS (${text})`,
    );
    return (await db.$client.batch<Row>([refusal.bind(...params), ...prepared])).slice(1);
  } catch (error) {
    const isDone =
      (error instanceof AlreadyPreceded && error.isOwn) ||
      isRefusedBy(error, 'NOT NULL', 'idempotency_keys.community_id');
    throw isDone ? new AlreadyDone() : error;
  }
};

/** The batch; again, where an Idempotency-Key tells that it was carried out and its results were lost. */
const orAgain = async (db: Database, prepared: readonly D1PreparedStatement[]): Promise<D1Result<Row>[]> => {
  try {
    return await db.$client.batch<Row>([...prepared]);
  } catch (error) {
    if (!(error instanceof AlreadyPreceded && error.isOwn)) throw error;
    return db.$client.batch<Row>([...prepared]);
  }
};

const MAX_TRIES = 3;
/** The first wait is half to one and a half times as long, the second twice that. */
const WAIT_MS = 60;

/** Tries again what a lost connection has ended, where a second time does no harm. */
export const repeating = async <T>(
  run: (isFirst: boolean) => Promise<T>,
  isRepeatable: () => boolean,
): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await run(tries === 1);
    } catch (error) {
      const fault = databaseFaultOf(error);
      const isWorthIt = fault?.kind === 'lost' && (fault.isUntouched || isRepeatable());
      if (!isWorthIt || tries === MAX_TRIES) throw error;
      const waitMs = WAIT_MS * tries * (0.5 + Math.random());
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
};

/** Runs one statement and returns its rows. */
export const readRows = async <T extends object = Row>(
  db: Database,
  statement: Statement<T>,
): Promise<T[]> => {
  const { results } = await repeating(
    () => prepare(db, statement).all<T>(),
    () => isRead(statement),
  );
  return results;
};

/** Whether the database answers, and how many bytes it has. @throws what D1 throws */
export const pingDatabase = async (db: Database): Promise<number> => {
  const { meta } = await repeating(
    () => db.$client.prepare('SELECT 1').all(),
    () => true,
  );
  return meta.size_after;
};
