import type { HonoBase } from 'hono/hono-base';
import { looksLikeAccessToken } from '../../core/access/access-token.ts';
import { type Actor, type CommunityActor, OPERATOR } from '../../core/access/actor.ts';
import {
  authenticateAccessToken,
  authenticateAnonymous,
  authenticateApiKey,
  authenticateConsoleSession,
  authenticateServiceId,
  isOperatorToken,
  isSessionOfOperator,
  type Reader,
} from '../../core/access/authenticate.ts';
import { isClientId } from '../../core/access/service-id.ts';
import type { Services } from '../../core/context.ts';
import { atPlace } from '../../core/places.ts';
import { HOPS_HEADER } from '../../core/webhooks/model.ts';
import { errorText } from '../../lib/error-text.ts';
import { isCsv, limitBody, readCsvBody, readForm, readJson } from './body.ts';
import { COMMUNITY_COOKIE, isFromScript, OPERATOR_COOKIE, readConsoleSession } from './console-session.ts';
import { type Presented, readCredential } from './credential.ts';
import type { Dialect } from './dialect.ts';
import { Fault, invalidField, toFault } from './fault.ts';
import { answerOnce, readIdempotencyKey } from './idempotency.ts';
import { takeTurn } from './large-reads.ts';
import { learnLanguage } from './learn-language.ts';
import { isLocalCall } from './local-call.ts';
import { fieldMessage } from './messages.ts';
import { BOOKMARK_HEADER, nearReader } from './near-reader.ts';
import type { Access, AnyOperation, AppEnv, HttpContext } from './operation.ts';
import { validateQuery } from './query.ts';
import { addressOf, limitExpensive, limitRate, noteFailure, requireOpenGate } from './rate-limit.ts';
import { acceptsOnlyCsv, requestIdOf } from './request.ts';
import { validate } from './validate.ts';

/** An API family: what it answers, in which dialect. */
export interface Family {
  readonly name: string;
  /** Every path below these that no operation has answers 404 in this dialect. */
  readonly prefixes: readonly string[];
  readonly dialect: Dialect;
  /** Finds an API key in the JSON body, where the family's clients send it there. The headers serve as well. */
  readonly keyInBody?: (body: unknown) => string | undefined;
  /** As of an operation, for all of them. */
  readonly unknownQuery?: AnyOperation['unknownQuery'];
  /** Whether a local run accepts calls without a credential (ANONYMOUS_COMMUNITY), see `isLocalCall`. */
  readonly allowsAnonymous?: boolean;
  readonly operations: readonly AnyOperation[];
}

/** Adds the routes of a family, with its own 405 and errors. Its 404 is the app's: see `dialectOf`. */
export const addFamily = (app: HonoBase<AppEnv>, family: Family, services: Services): void => {
  // One handler a path that answers errors itself: as soon as Hono has two to call it makes a chain of promises.
  for (const [path, operations] of operationsByPath(family.operations)) {
    const byMethod = new Map<string, AnyOperation>(
      operations.map((operation) => [operation.method, operation]),
    );
    const allow = [...byMethod.keys()].join(', ');
    app.all(path, async (c) => {
      c.set('services', services);
      const learning = learnLanguage(c, services);
      if (learning) await learning;
      const { method } = c.req;
      try {
        const operation = byMethod.get(method === 'HEAD' ? 'GET' : method);
        if (!operation) {
          throw new Fault('method_not_allowed', { params: { method, allow }, headers: { Allow: allow } });
        }
        return await run(family, operation, services, c);
      } catch (error) {
        return family.dialect.failure(c, faultOf(error, c));
      }
    });
  }
};

/** The dialect in which a path without an operation is answered. */
export const dialectOf = (families: readonly Family[], path: string): Dialect | undefined =>
  families.find(({ prefixes }) => prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)))
    ?.dialect;

const run = async (
  family: Family,
  operation: AnyOperation,
  services: Services,
  c: HttpContext,
): Promise<Response> => {
  const limited = limitBody(c);
  if (limited) await limited;
  if (operation.offersCsv !== true && acceptsOnlyCsv(c)) throw new Fault('not_acceptable');
  let reading: Promise<unknown> | undefined;
  const body = () => {
    reading ??=
      operation.bodyEncoding === 'form'
        ? readForm(c)
        : operation.bodyEncoding === 'lines' || (operation.bodyEncoding === 'json-or-csv' && isCsv(c))
          ? readCsvBody(c)
          : readJson(c);
    return reading;
  };
  // The key in the body where the family has it there, else that of the headers.
  const token = family.keyInBody?.(await body());
  const presented: Presented = token === undefined ? readPresented(c, operation) : { kind: 'token', token };
  const later = (work: Promise<unknown>) => defer(c, work);
  const reader: Reader = { ...services, defer: later, beforeLookUp: () => requireOpenGate(services, c) };
  let actor: Actor | undefined;
  try {
    const allowsAnonymous = presented.kind === 'none' && family.allowsAnonymous === true && isLocalCall(c);
    actor = await authorize(reader, allowsAnonymous, operation.access, presented, c);
  } catch (refusal) {
    // Who guesses credentials is counted by address, and so is who has none.
    const isUnknown = refusal instanceof Fault && refusal.code === 'unauthenticated';
    if (isUnknown && presented.kind !== 'none') {
      await noteFailure(services, c);
      requireOpenGate(services, c);
    } else await limitRate(services, addressOf(c));
    throw refusal;
  }
  const isFile = operation.offersCsv === true && /text\/csv/i.test(c.req.header('Accept') ?? '');
  if (actor) {
    await limitRate(services, `credential:${actor.id}`);
    if (operation.isExpensive || isFile) await limitExpensive(services, `credential:${actor.id}`);
  }
  const hops = readHops(c);
  const home = (actor && 'community' in actor && atPlace(services, actor.community.place)) || services;
  // Only what the operation reads: the credential was looked up in the database itself.
  const near = operation.isNear ? nearReader(c, home.db) : undefined;
  const ctx = {
    ...home,
    ...(near && { db: near.db }),
    actor,
    defer: later,
    ...(hops > 0 && { hops }),
  };
  const input = {
    params: operation.params && validate(operation.params, c.req.param()),
    query: validateQuery(operation, operation.unknownQuery ?? family.unknownQuery, c),
    body: operation.body && validate(operation.body, requireFewer(await body(), services.config.maxBatch)),
    http: c,
  };
  const answer = async (context: typeof ctx): Promise<Response> => {
    const data = await operation.handle({ ctx: context, ...input });
    const response =
      data instanceof Response ? data : family.dialect.success(c, data, operation.status ?? 200);
    const bookmark = near?.bookmark();
    if (bookmark) response.headers.set(BOOKMARK_HEADER, bookmark);
    return response;
  };
  const { isLarge } = operation;
  const handle =
    // Of what a HEAD asks for nothing is read to its end.
    c.req.method !== 'HEAD' &&
    (isFile || (typeof isLarge === 'function' ? isLarge(input.query) : isLarge === true))
      ? (context: typeof ctx) => answerInTurn(c, home, () => answer(context))
      : answer;
  const key = actor && readIdempotencyKey(c);
  return actor && key !== undefined
    ? answerOnce(c, { ...ctx, actor }, { key, presented, body: await body() }, handle)
    : handle(ctx);
};

/** The answer of a large read, when no other is under way. One that is streamed gives the turn back by itself. */
const answerInTurn = async (
  c: HttpContext,
  services: Services,
  answer: () => Promise<Response>,
): Promise<Response> => {
  c.set('release', await takeTurn(services));
  const work = answer().finally(() => c.get('release')?.());
  // It comes to its end though its caller may have left.
  defer(
    c,
    work.catch(() => undefined),
  );
  return work;
};

/** The body, unless a list in it is longer than the operator wants it (MAX_BATCH). @throws Fault invalid_input */
const requireFewer = (body: unknown, max: number): unknown => {
  if (typeof body !== 'object' || body === null || max === Number.POSITIVE_INFINITY) return body;
  for (const [path, list] of Object.entries(Array.isArray(body) ? { '': body } : body)) {
    if (Array.isArray(list) && list.length > max) throw invalidField(path, fieldMessage('count', 0, max));
  }
  return body;
};

/** How many of our own deliveries led to this call: a receiver that calls back hands the header on. */
const readHops = (c: HttpContext): number => {
  const text = c.req.raw.headers.get(HOPS_HEADER);
  return text !== null && /^\d{1,3}$/.test(text) ? Number(text) : 0;
};

/** The credential of the headers; where they have none, the console's session. */
const readPresented = (c: HttpContext, { access }: AnyOperation): Presented => {
  const presented = readCredential(c.req.raw.headers);
  if (presented.kind !== 'none') return presented;
  const token = readConsoleSession(c, access === 'operator' ? OPERATOR_COOKIE : COMMUNITY_COOKIE);
  return token === undefined ? presented : { kind: 'session', token };
};

/** The actor behind the credential. @throws Fault unauthenticated, forbidden, unavailable */
const authorize = async (
  services: Reader,
  allowsAnonymous: boolean,
  access: Access,
  presented: Presented,
  c: HttpContext,
): Promise<Actor | undefined> => {
  if (access === 'public') return undefined;
  if (access === 'operator') {
    requireAdminToken(services);
    if (!(await isOperator(services, presented))) throw unauthenticated(presented, c);
    return OPERATOR;
  }
  const actor = await authenticate(services, presented, allowsAnonymous);
  if (!actor) throw unauthenticated(presented, c);
  if (access !== 'community' && !actor.scopes.includes(access.scope)) {
    throw new Fault('forbidden', {
      params: { scope: access.scope },
      ...(isBearer(presented) && {
        headers: {
          'WWW-Authenticate': `${BEARER}, error="insufficient_scope", scope="${access.scope}"`,
        },
      }),
    });
  }
  return actor;
};

const isOperator = (services: Services, presented: Presented): boolean | Promise<boolean> => {
  switch (presented.kind) {
    case 'none':
    case 'bare':
      return false;
    case 'token':
      return isOperatorToken(services, presented.token);
    case 'client':
      return isOperatorToken(services, presented.clientSecret);
    case 'session':
      return isSessionOfOperator(services, presented.token);
    default:
      return presented satisfies never;
  }
};

const authenticate = (
  services: Reader,
  presented: Presented,
  allowsAnonymous: boolean,
): Promise<CommunityActor | undefined> | undefined => {
  switch (presented.kind) {
    case 'bare':
      return undefined;
    case 'none':
      return allowsAnonymous ? authenticateAnonymous(services) : undefined;
    case 'token':
      return authenticateToken(services, presented.token);
    case 'client':
      return isClientId(presented.clientId)
        ? authenticateServiceId(services, presented.clientId, presented.clientSecret)
        : authenticateToken(services, presented.clientSecret);
    case 'session':
      return authenticateConsoleSession(services, requireTokenSecret(services), presented.token);
    default:
      return presented satisfies never;
  }
};

const authenticateToken = (services: Reader, token: string) =>
  looksLikeAccessToken(token)
    ? authenticateAccessToken(services, requireTokenSecret(services), token)
    : authenticateApiKey(services, token);

/** The key that access tokens are signed with. @throws Fault unavailable, where none is set */
export const requireTokenSecret = ({ config, log }: Services): string => {
  if (config.tokenSecret !== undefined) return config.tokenSecret;
  log('token_secret_missing', { set: 'wrangler secret put TOKEN_SECRET' });
  throw new Fault('unavailable');
};

/** The operator's secret. @throws Fault unavailable, where none is set */
export const requireAdminToken = ({ config, log }: Services): string => {
  if (config.adminToken !== undefined) return config.adminToken;
  log('admin_token_missing', { set: 'wrangler secret put ADMIN_TOKEN' });
  throw new Fault('unavailable');
};

const BEARER = 'Bearer realm="rollcall"';
const BASIC = 'Basic realm="rollcall", charset="UTF-8"';

const isBearer = (presented: Presented): boolean => presented.kind === 'token' && presented.isBearer === true;

/** 401 with the challenges of RFC 6750 and RFC 7617; a script's browser must not open a dialog for the second. */
const unauthenticated = (presented: Presented, c: HttpContext): Fault => {
  const bearer = isBearer(presented) ? `${BEARER}, error="invalid_token"` : BEARER;
  return new Fault(presented.kind === 'bare' ? 'missing_scheme' : 'unauthenticated', {
    headers: { 'WWW-Authenticate': isFromScript(c) ? bearer : `${bearer}, ${BASIC}` },
  });
};

/** What to answer where `error` came up. A defect, and a database that does not answer, go into the log. */
export const faultOf = (error: unknown, c: HttpContext): Fault => {
  const { clock, log } = c.get('services');
  const fault = toFault(error, clock.now());
  if (fault?.code === 'database_unavailable') {
    const [message] = errorText(error).split('\n', 1);
    log('database_fault', { requestId: requestIdOf(c), path: c.req.path, error: message });
  }
  return fault ?? reportDefect(error, c);
};

/** Logs what must not be shown, under the request's id. */
const reportDefect = (error: unknown, c: HttpContext): Fault => {
  c.get('services').log('defect', {
    requestId: requestIdOf(c),
    method: c.req.method,
    path: c.req.path,
    error: errorText(error),
    cause: error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined,
  });
  return new Fault('internal');
};

const defer = (c: HttpContext, work: Promise<unknown>): void => {
  const logged = work.catch((error: unknown) => faultOf(error, c));
  // Outside a Worker (a test that calls the app directly) there is no execution context, and Hono's getter throws.
  try {
    c.executionCtx.waitUntil(logged);
  } catch {
    void logged;
  }
};

const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** The operations of each path. A path comes before one that has a parameter in the same place: `/all` before `/:id`. */
const operationsByPath = (operations: readonly AnyOperation[]): [string, AnyOperation[]][] => {
  // `{` sorts behind all that a path of ours has in a literal segment.
  const paths = Map.groupBy(operations, ({ path }) => path);
  return [...paths].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, group]) => [honoPath(path), group]);
};
