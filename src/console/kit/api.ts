/** The API as the console calls it: answers without their envelope, failures as one kind of error. */
import { createRollcall, type operations, type RollcallClient } from '../../client/index.ts';
import { language } from '../i18n/index.ts';
import { Freshness } from './freshness.ts';

/** What the successful answer of an operation carries. */
export type Data<Id extends keyof operations> = Envelope<
  operations[Id]['responses'] extends { 200: { content: { 'application/json': infer A } } }
    ? A
    : operations[Id]['responses'] extends { 201: { content: { 'application/json': infer A } } }
      ? A
      : never
>;
type Envelope<A> = A extends { data: infer D } ? D : A;

export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** A call that did not succeed. `status` is 0 where nothing answered. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly issues: readonly Issue[];
  /** Seconds, where the answer says when to come again. */
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Record<string, unknown>, headers?: Headers) {
    super(String(problem.detail ?? problem.message ?? ''));
    this.status = status;
    this.code = String(problem.code ?? problem.error ?? '');
    this.requestId = headers?.get('x-request-id') ?? null;
    // As the API's document says; what is no list is none.
    this.issues = Array.isArray(problem.errors) ? (problem.errors as Issue[]) : [];
    const wait = Number(headers?.get('retry-after') ?? Number.NaN);
    this.retryAfter = Number.isFinite(wait) ? wait : undefined;
  }
}

/** What is sent again after no answer came is done once: each call of a change has a key, the same at every attempt. */
let change: { readonly key: string; calls: number } | undefined;

/** Runs a change under a key. */
export const withIdempotencyKey = async (key: string, work: () => Promise<void>): Promise<void> => {
  const mine = { key, calls: 0 };
  change = mine;
  try {
    await work();
  } finally {
    if (change === mine) change = undefined;
  }
};

const freshness = new Freshness();

export const api: RollcallClient = createRollcall({
  baseUrl: location.origin,
  fetch: async (request) => {
    request.headers.set('Accept-Language', language());
    const fresh = freshness.headerFor(request.method);
    if (fresh) request.headers.set(...fresh);
    if (change && request.method !== 'GET') {
      request.headers.set('Idempotency-Key', `${change.key}.${change.calls++}`);
    }
    try {
      return await fetch(request);
    } finally {
      freshness.note(request.method);
    }
  },
});

/** Asks for the key again where the session has ended, and resolves when there is one. Set by the shell. */
let renewSession: (() => Promise<void>) | undefined;
export const onSessionEnd = (renew: () => Promise<void>): void => {
  renewSession = renew;
};

/** Counts calls, for the tests and for the guide. */
export const calls = { made: 0 };

interface Result {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

const attempt = async (send: () => Promise<Result>): Promise<Result> => {
  calls.made++;
  try {
    return await send();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, {});
  }
};

/**
 * What an answer carries, without its envelope. Where the session has ended the form on the screen stays: the call is made
 * again when somebody has signed in.
 * @throws ApiError
 */
export const call = async <R extends Result>(
  send: () => Promise<R>,
  { renews = true }: { renews?: boolean } = {},
): Promise<Unwrapped<R>> => {
  const result = await attempt(send);
  if (result.response.status === 401 && renews && renewSession) {
    await renewSession();
    return call(send, { renews: false });
  }
  if (!result.response.ok) throw toApiError(result);
  const body = result.data as { data?: unknown } | undefined;
  // What `Unwrapped` says of the type, the line says of the value: the compiler does not compare the two.
  return (body && 'data' in body ? body.data : body) as Unwrapped<R>;
};

type Unwrapped<R> = R extends { data?: infer A } ? Envelope<NonNullable<A>> : never;

const toApiError = ({ error, response }: Result): ApiError =>
  new ApiError(
    response.status,
    typeof error === 'object' && error !== null ? { ...error } : {},
    response.headers,
  );

/** The same with the answer's headers, for lists that say in `Link` where they go on. */
export const callWithHeaders = async <R extends Result>(
  send: () => Promise<R>,
): Promise<{ data: Unwrapped<R>; headers: Headers }> => {
  let headers = new Headers();
  const data = await call(async () => {
    const result = await send();
    headers = result.response.headers;
    return result;
  });
  return { data, headers };
};
