import { Hono } from 'hono';
import { type Actor, OPERATOR } from '../../core/access/actor.ts';
import {
  authenticateAnonymous,
  authenticateApiKey,
  isOperatorToken,
} from '../../core/access/authenticate.ts';
import type { Services } from '../../core/context.ts';
import { limitBody, readJson } from './body.ts';
import { type Presented, readCredential } from './credential.ts';
import type { Dialect } from './dialect.ts';
import { Fault, toFault } from './fault.ts';
import { fieldMessage } from './messages.ts';
import type { Access, AnyOperation, AppEnv, HttpContext } from './operation.ts';
import { limitRate } from './rate-limit.ts';
import { validate } from './validate.ts';

/** An API family: what it answers, in which dialect. */
export interface Family {
  readonly name: string;
  /** Every path below these that no operation has answers 404 in this dialect. */
  readonly prefixes: readonly string[];
  readonly dialect: Dialect;
  /** Finds an API key in the JSON body, where the family's clients send it there. The headers serve as well. */
  readonly keyInBody?: (body: unknown) => string | undefined;
  /** Whether a local run accepts calls without a credential (ANONYMOUS_COMMUNITY). */
  readonly allowsAnonymous?: boolean;
  readonly operations: readonly AnyOperation[];
}

/** The routes of a family, with its own 404, 405 and errors. */
export const familyApp = (family: Family): Hono<AppEnv> => {
  const app = new Hono<AppEnv>();
  app.onError((error, c) => family.dialect.failure(c, toFault(error) ?? reportDefect(error, c)));

  for (const [path, operations] of operationsByPath(family.operations)) {
    for (const operation of operations) {
      app.on(operation.method, path, limitBody, (c) => run(family, operation, c));
    }
    const allow = operations.map(({ method }) => method).join(', ');
    app.all(path, (c) => {
      throw new Fault('method_not_allowed', {
        params: { method: c.req.method, allow },
        headers: { Allow: allow },
      });
    });
  }
  for (const prefix of family.prefixes) {
    const notFound = () => {
      throw new Fault('route_not_found');
    };
    app.all(prefix, notFound);
    app.all(`${prefix}/*`, notFound);
  }
  return app;
};

const run = async (family: Family, operation: AnyOperation, c: HttpContext): Promise<Response> => {
  const services = c.get('services');
  const actor = await authorize(services, family, operation.access, await present(family, c)).catch(
    async (refusal: unknown) => {
      // Who guesses credentials is counted by address.
      await limitRate(services, `address:${c.req.header('cf-connecting-ip') ?? 'unknown'}`);
      throw refusal;
    },
  );
  if (actor) await limitRate(services, `credential:${actor.id}`);
  const answer = await operation.handle({
    ctx: { ...services, actor, defer: (work) => defer(c, work) },
    params: operation.params && validate(operation.params, c.req.param()),
    query: operation.query && validate(operation.query, readQuery(c)),
    body: operation.body && validate(operation.body, await readJson(c)),
    http: c,
  });
  return answer instanceof Response ? answer : family.dialect.success(c, answer, operation.success.status);
};

/** The credential of a call: the key in its body where the family has it there, else that of the headers. */
const present = async (family: Family, c: HttpContext): Promise<Presented> => {
  const token = family.keyInBody?.(await readJson(c));
  return token === undefined ? readCredential(c.req.raw.headers) : { kind: 'token', token };
};

/** The actor behind the credential. @throws Fault unauthenticated, forbidden, unavailable */
const authorize = async (
  services: Services,
  family: Family,
  access: Access,
  presented: Presented,
): Promise<Actor | undefined> => {
  if (access === 'public') return undefined;
  if (access === 'operator') {
    if (services.config.adminToken === undefined) {
      services.log('admin_token_missing', { set: 'wrangler secret put ADMIN_TOKEN' });
      throw new Fault('unavailable');
    }
    const token =
      presented.kind === 'client' ? presented.clientSecret : presented.kind === 'token' && presented.token;
    if (!token || !isOperatorToken(services, token)) throw unauthenticated();
    return OPERATOR;
  }
  const actor = await authenticate(services, presented, family.allowsAnonymous ?? false);
  if (!actor) throw unauthenticated();
  if (!actor.scopes.includes(access.scope)) {
    throw new Fault('forbidden', { params: { scope: access.scope } });
  }
  return actor;
};

const authenticate = async (services: Services, presented: Presented, allowsAnonymous: boolean) => {
  switch (presented.kind) {
    case 'none':
      return allowsAnonymous ? authenticateAnonymous(services) : undefined;
    case 'token':
      return authenticateApiKey(services, presented.token);
    case 'client':
      return authenticateApiKey(services, presented.clientSecret);
    default:
      return presented satisfies never;
  }
};

const unauthenticated = (): Fault =>
  new Fault('unauthenticated', {
    headers: { 'WWW-Authenticate': 'Bearer realm="rollcall", Basic realm="rollcall", charset="UTF-8"' },
  });

/** The query as one text per name. @throws Fault invalid_input for a name given twice */
const readQuery = (c: HttpContext): Record<string, string> => {
  const query: Record<string, string> = {};
  const issues = [];
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length > 1) issues.push({ path: name, message: fieldMessage('once') });
    query[name] = values[0] as string;
  }
  if (issues.length > 0) throw new Fault('invalid_input', { issues });
  return query;
};

/** Logs what must not be shown, under the request's id. */
const reportDefect = (error: unknown, c: HttpContext): Fault => {
  c.get('services').log('defect', {
    requestId: c.get('requestId'),
    method: c.req.method,
    path: c.req.path,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    cause: error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined,
  });
  return new Fault('internal');
};

const defer = (c: HttpContext, work: Promise<unknown>): void => {
  const logged = work.catch((error: unknown) => reportDefect(error, c));
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
