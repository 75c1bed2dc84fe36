import { isRefusedBy } from './constraint.ts';
import { databaseFaultOf } from './faults.ts';
import type { Statement } from './statement.ts';

/** What goes first, and what it means where it is refused. */
export interface Preceding {
  /** The first statement of the first transaction that writes. */
  readonly statement: Statement;
  /** The columns of its UNIQUE constraint. */
  readonly columns: string;
}

/** The transaction was not carried out, since what precedes it was there already. */
export class AlreadyPreceded extends Error {
  /** Whether it was an earlier try of this very call that carried it out, and whose results were lost. */
  readonly isOwn: boolean;

  constructor(isOwn: boolean) {
    super('The first statement of the transaction has been carried out before.');
    this.name = 'AlreadyPreceded';
    this.isOwn = isOwn;
  }
}

/** How often a transaction is tried where the connection is lost: it cannot be carried out twice. */
const TRIES = 3;

/**
 * A D1 binding that puts a statement before the first transaction that writes, in the same transaction: so both happen,
 * or neither, and a second time neither. A single statement that writes becomes a batch of two.
 */
export const precededBinding = (
  binding: D1Database,
  { statement, columns }: Preceding,
): { binding: D1Database; hasWritten: () => boolean } => {
  let hasWritten = false;
  const inner = new WeakMap<
    object,
    { readonly statement: D1PreparedStatement; readonly isWriting: boolean }
  >();

  const run = async <T>(statements: readonly D1PreparedStatement[]): Promise<D1Result<T>[]> => {
    const preceding = binding.prepare(statement.sql).bind(...statement.params);
    for (let tries = 1; ; tries++) {
      try {
        const [, ...results] = await binding.batch<T>([preceding, ...statements]);
        hasWritten = true;
        return results;
      } catch (error) {
        if (isRefusedBy(error, 'UNIQUE', columns)) {
          const isOwn = tries > 1;
          hasWritten ||= isOwn;
          throw new AlreadyPreceded(isOwn);
        }
        if (databaseFaultOf(error)?.kind !== 'lost' || tries === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, 40 * tries * (0.5 + Math.random())));
      }
    }
  };

  const wrap = (prepared: D1PreparedStatement, isWriting: boolean): D1PreparedStatement => {
    const all = async <T>(): Promise<D1Result<T>> => {
      if (!isWriting || hasWritten) return prepared.all<T>();
      const [result] = await run<T>([prepared]);
      if (!result) throw new Error('D1 returned fewer results than statements');
      return result;
    };
    // What D1's interface has beside this (overloads, sessions, dumps) is not used here.
    const wrapped = {
      bind: (...values: unknown[]) => wrap(prepared.bind(...values), isWriting),
      all,
      run: all,
      first: async (column?: string) => {
        const [row] = (await all<Record<string, unknown>>()).results;
        return row ? (column === undefined ? row : row[column]) : null;
      },
      raw: async () => {
        if (!isWriting || hasWritten) return prepared.raw();
        return (await all<Record<string, unknown>>()).results.map((row) => Object.values(row));
      },
    } as unknown as D1PreparedStatement;
    inner.set(wrapped, { statement: prepared, isWriting });
    return wrapped;
  };

  return {
    hasWritten: () => hasWritten,
    binding: {
      prepare: (query: string) => wrap(binding.prepare(query), !/^\s*(?:SELECT|EXPLAIN)\b/i.test(query)),
      batch: (statements: D1PreparedStatement[]) => {
        const known = statements.map(
          (wrapped) => inner.get(wrapped) ?? { statement: wrapped, isWriting: true },
        );
        const bare = known.map((entry) => entry.statement);
        const isReading = known.every((entry) => !entry.isWriting);
        return isReading || hasWritten ? binding.batch(bare) : run(bare);
      },
      exec: (query: string) => binding.exec(query),
    } as unknown as D1Database,
  };
};
