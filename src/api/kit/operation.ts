import type { Context } from 'hono';
import type * as v from 'valibot';
import type { Actor, CommunityActor, OperatorActor } from '../../core/access/actor.ts';
import type { Scope } from '../../core/access/scopes.ts';
import type { Ctx, Services } from '../../core/context.ts';
import type { FaultCode } from './fault.ts';

export interface AppEnv {
  Variables: {
    /** Of every request to a family. */
    services: Services;
    /** See `requestIdOf`. */
    requestId: string | undefined;
    /** Gives back the turn of a large read; of an answer that is streamed, when it has been read (`streamText`). */
    release: (() => void) | undefined;
    /** See `addHeader`. */
    headers: Readonly<Record<string, string>> | undefined;
  };
}
/** Without Hono's ways to answer: `kit/answer.ts` is the only one. */
export type HttpContext = Omit<
  Context<AppEnv>,
  'body' | 'header' | 'html' | 'json' | 'newResponse' | 'redirect' | 'res' | 'status' | 'text'
>;

/** Who may call: a credential of a community with this scope, any credential of one, the operator, or anybody. */
export type Access = { readonly scope: Scope } | 'community' | 'operator' | 'public';

/** A public operation has no actor: its handler finds out who calls, if it matters. */
export type CallCtx<A extends Access> = A extends { scope: Scope } | 'community'
  ? Ctx<CommunityActor>
  : A extends 'operator'
    ? Ctx<OperatorActor>
    : Omit<Ctx, 'actor'>;

export type Output<S> = S extends v.GenericSchema ? v.InferOutput<S> : undefined;

/** What a handler gets: validated input, the domain's context, and the HTTP exchange for the rare need of it. */
export interface Call<A extends Access, P, Q, B> {
  readonly ctx: CallCtx<A>;
  readonly params: Output<P>;
  readonly query: Output<Q>;
  readonly body: Output<B>;
  readonly http: HttpContext;
}

export type Schema = v.GenericSchema | undefined;

/** What only the OpenAPI document says of an operation. */
export interface Documentation {
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly bodyExample?: unknown;
  /**
   * The schema and an example of what the envelope of a successful answer carries; with a `mediaType`, of an answer that
   * comes without the envelope.
   */
  readonly answer: {
    readonly schema: v.GenericSchema;
    readonly example: unknown;
    readonly mediaType?: string;
    /** What `meta` may say besides. */
    readonly meta?: Readonly<Record<string, v.GenericSchema>>;
  };
  /** A body as CSV, where it may be that (`bodyEncoding`). */
  readonly csvExample?: string;
  /** The body of an operation that reads it by itself, or that may be CSV: the JSON. */
  readonly rawBody?: v.GenericSchema;
  /** What a successful call may be answered besides: the status, its media type where it has a body, and when. */
  readonly otherAnswers?: readonly {
    readonly status: 200 | 204;
    readonly mediaType?: string;
    readonly description: string;
  }[];
  /** Headers of a successful answer, beside those that all have. */
  readonly headers?: readonly string[];
  /** Whether it deletes something or cannot be undone; default: what `DELETE` does. */
  readonly isDestructive?: boolean;
  /** What can go wrong beyond what access, parameters and body imply. */
  readonly errors?: readonly FaultCode[];
}

/** One operation of a family: its route, its schemas and its handler, described once for routing and OpenAPI alike. */
export interface Operation<
  A extends Access = Access,
  P extends Schema = Schema,
  Q extends Schema = Schema,
  B extends Schema = Schema,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As in OpenAPI: `/v2/community/servers/{serverId}/activity`. */
  readonly path: string;
  readonly access: A;
  readonly params?: P | undefined;
  readonly query?: Q;
  /**
   * What becomes of a query parameter that `query` does not have. Refused, unless it is said here that the clients of
   * this operation send extra ones: an answer must never look as if a filter had been applied that was not.
   */
  readonly unknownQuery?: 'ignored';
  /** Query parameters that may come several times; their values are joined by commas. */
  readonly repeatable?: readonly string[];
  /** Query parameters whose names go on behind a dot: `metadata.job=police` is read as `metadata`, `job=police`. */
  readonly dotted?: readonly string[];
  /** Whether it answers CSV to a caller that accepts nothing else; one that does not, answers 406. */
  readonly offersCsv?: boolean;
  /** Whether a copy of the database near the reader may answer it: see near-reader.ts. It must write nothing. */
  readonly isNear?: boolean;
  /** Whether it costs the database much: it has a rate limit of its own (`EXPENSIVE_LIMITER`), as files have. */
  readonly isExpensive?: boolean;
  /**
   * Whether the call is a large read, so that it waits for others (large-reads.ts): all, or those of such a query. A file
   * always is.
   */
  readonly isLarge?: boolean | ((query: Output<Q>) => boolean);
  /** The body. Absent: a body is not read. */
  readonly body?: B;
  /** How the body is encoded; default `json`. */
  readonly bodyEncoding?: 'json' | 'form' | 'json-or-csv' | 'lines';
  /** The status of a successful answer; default 200. */
  readonly status?: 201;
  /** `WITH_DOCS && {...}`: the Worker's bundle leaves it out, and all that only it uses. */
  readonly docs: false | Documentation;
  /** Returns what the family's envelope carries, or a whole Response. */
  handle(call: Call<A, P, Q, B>): Promise<unknown>;
}

/** Declares an operation; infers its types. */
export const defineOperation = <
  A extends Access,
  P extends Schema = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
>(
  operation: Operation<A, P, Q, B>,
): AnyOperation =>
  // A handler of its own input is none of any input: family.ts gives it only what the schemas have let through.
  operation as unknown as AnyOperation;

/** An operation whose types no longer matter: what routing and documentation see. */
export type AnyOperation = Omit<Operation, 'handle'> & {
  handle(call: {
    ctx: Omit<Ctx, 'actor'> & { actor: Actor | undefined };
    params: unknown;
    query: unknown;
    body: unknown;
    http: HttpContext;
  }): Promise<unknown>;
};

/** @throws Error where src/docs/with-docs.ts was not imported before the operations */
export const docsOf = <T>({ docs }: { readonly docs: false | T }): T => {
  if (!docs) throw new Error('The documentation is left out: import src/docs/with-docs.ts first.');
  return docs;
};
