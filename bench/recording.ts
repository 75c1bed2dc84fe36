/** One statement as Rollcall sends it to D1. A parameter that changes from call to call is a token. */
export interface RecordedStatement {
  readonly sql: string;
  readonly params: readonly Token[];
}

export type Token =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'account' }
  | { readonly kind: 'new-id' }
  /** Milliseconds from the present. */
  | { readonly kind: 'now'; readonly delta: number };

/** One call of the API: what was sent, what it asked D1, and what D1 and the API answered. */
export interface RecordedCall {
  readonly body: string;
  readonly statements: readonly RecordedStatement[];
  /** The rows of each statement. */
  readonly results: readonly (readonly Record<string, unknown>[])[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A start and a stop, so that a raw Worker can do the same work, and a stub can stand in for D1. */
export interface Recording {
  readonly key: string;
  /** What authentication asked D1, and its answer: by SQL. */
  readonly lookups: Readonly<Record<string, readonly Record<string, unknown>[]>>;
  readonly start: RecordedCall;
  readonly stop: RecordedCall;
}

export const ACCOUNT = '00000000-0000-0000-0000-00000000be7c';
export const PATH = '/v2/community/servers/1/activity';

/** A D1 that answers from memory, by the text of the statement. */
export const stubDatabase = (recording: Recording): D1Database => {
  const rowsBySql = new Map(Object.entries(recording.lookups));
  for (const { statements, results } of [recording.start, recording.stop]) {
    statements.forEach(({ sql }, index) => {
      rowsBySql.set(sql, results[index] ?? []);
    });
  }
  const answers = new Map(
    [...rowsBySql].map(([sql, results]) => [sql, { results, success: true, meta: {} }]),
  );
  const answer = (sql: string) => {
    const known = answers.get(sql);
    if (!known) throw new Error(`The recording has no answer for: ${sql}`);
    return known;
  };
  return {
    prepare: (sql: string) => ({
      sql,
      bind(..._: unknown[]) {
        return this;
      },
      all: async () => answer(sql),
    }),
    batch: async (statements: { sql: string }[]) => statements.map(({ sql }) => answer(sql)),
  } as unknown as D1Database;
};

/**
 * Calls `handler` with `pairs` starts and stops, one after the other, inside one isolate: what the process spends is
 * the handler's own work, without sockets. Answers with the number of successes.
 */
export const callInLoop = async (
  handler: (request: Request) => Response | Promise<Response>,
  recording: Recording,
  pairs: number,
): Promise<Response> => {
  let successes = 0;
  for (let pair = 0; pair < pairs; pair++) {
    for (const { body } of [recording.start, recording.stop]) {
      const response = await handler(
        new Request(`http://rollcall.test${PATH}`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${recording.key}`, 'Content-Length': String(body.length) },
          body,
        }),
      );
      const { success } = (await response.json()) as { success: boolean };
      if (response.status === 200 && success) successes += 1;
    }
  }
  return new Response(String(successes));
};
