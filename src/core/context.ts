import type { Budget, Limits } from '../db/budget.ts';
import type { Database } from '../db/client.ts';
import type { Clock } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';
import type { Log } from '../lib/log.ts';
import type { Turns } from '../lib/turns.ts';
import type { Actor } from './access/actor.ts';
import type { CredentialCache } from './access/credential-cache.ts';
import type { FailureGate } from './access/failure-gate.ts';

/** What the operator configures: variables and secrets, already checked (env.ts). */
export interface Config {
  readonly adminToken: string | undefined;
  readonly tokenSecret: string | undefined;
  /** The id of the community that calls without a credential belong to; set in a local run only. */
  readonly anonymousCommunityId: string | undefined;
  /** Whether webhooks may go to http and loopback; set in a local run only. */
  readonly allowsPrivateWebhooks: boolean;
  /** How many items a call may bring, where the operator wants fewer than its schema takes. */
  readonly maxBatch: number;
  /** What one invocation may ask of the platform. */
  readonly limits: Limits;
}

/** The same for every call of one isolate, but for `db`. */
export interface Services {
  /** Where the community of the call lives; for all others, the first place. */
  readonly db: Database;
  /** All databases, by their place: see places.ts. */
  readonly places: readonly Database[];
  readonly clock: Clock;
  readonly newId: NewId;
  readonly fetch: typeof fetch;
  /** Waits; for work that goes on after the answer. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: Log;
  /** What is deployed beside the Worker: public/. */
  readonly assets: Pick<Fetcher, 'fetch'> | undefined;
  readonly config: Config;
  readonly credentials: CredentialCache;
  /** Cloudflare's rate limiter, where one is bound. */
  readonly rateLimiter: Pick<RateLimit, 'limit'> | undefined;
  /** A second one, for what costs the database much. */
  readonly expensiveLimiter: Pick<RateLimit, 'limit'> | undefined;
  /** Whose turn it is to read much. */
  readonly largeReads: Turns;
  /** Who sends credentials that nobody holds. */
  readonly failures: FailureGate;
  /** What is left of the invocation's limits, where somebody counts: see `withBudget`. */
  readonly budget?: Budget;
}

/** What every verb gets: the services, who calls, and how to go on after the answer. */
export interface Ctx<A extends Actor = Actor> extends Services {
  readonly actor: A;
  /** How many deliveries of our own led to this call: see the header `Rollcall-Hops`. */
  readonly hops?: number;
  /** Lets work go on after the response (`ExecutionContext.waitUntil`). Nothing may depend on it. */
  readonly defer: (work: Promise<unknown>) => void;
}
