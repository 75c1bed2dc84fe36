import type { Clock } from '../../lib/clock.ts';
import type { Community, CommunityActor } from './actor.ts';

/** How long an isolate trusts what it has read. A revocation elsewhere takes as long to arrive here. */
const MAX_AGE_MS = 30_000;
const MAX_ENTRIES = 1_000;

/**
 * Credentials that this isolate has resolved lately, so that a warm call costs no query. By a name that begins with the
 * credential's kind, and says its place: a credential of one kind or place must not find the entry of another.
 */
export class CredentialCache {
  readonly #entries = new Map<string, { readonly actor: CommunityActor; readonly readAt: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(name: string): CommunityActor | undefined {
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    const now = this.#clock.now();
    const isFresh = now >= entry.readAt && now < entry.readAt + MAX_AGE_MS;
    const isExpired = entry.actor.expiresAt !== null && now >= entry.actor.expiresAt;
    return isFresh && !isExpired ? entry.actor : undefined;
  }

  set(name: string, actor: CommunityActor): void {
    const now = this.#clock.now();
    this.#entries.delete(name);
    this.#entries.set(name, { actor, readAt: now });
    // A Map iterates in insertion order: the first entry is the oldest. Expired entries are dropped.
    for (const [oldest, { readAt }] of this.#entries) {
      if (this.#entries.size <= MAX_ENTRIES && now < readAt + MAX_AGE_MS) break;
      this.#entries.delete(oldest);
    }
  }

  /** Forgets all credentials of a community: its settings, keys or existence changed. */
  forgetCommunity({ place, id }: Pick<Community, 'place' | 'id'>): void {
    for (const [name, { actor }] of this.#entries) {
      if (actor.community.id === id && actor.community.place === place) this.#entries.delete(name);
    }
  }
}
