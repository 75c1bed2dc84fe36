import type { Result, Router } from 'hono/router';
import { TrieRouter } from 'hono/router/trie-router';

/** Callers may make up paths without end: those longer than this are not remembered, and at this many all are forgotten. */
const MAX_LENGTH = 200;
const MAX_PATHS = 1_000;

/** Hono's router with a memory: what calls most is a game server, on the same few paths over and over. */
export class RememberingRouter<T> implements Router<T> {
  readonly name = 'RememberingRouter';
  readonly #router = new TrieRouter<T>();
  readonly #known = new Map<string, Result<T>>();

  add(method: string, path: string, handler: T): void {
    this.#router.add(method, path, handler);
  }

  match(method: string, path: string): Result<T> {
    if (path.length > MAX_LENGTH) return this.#router.match(method, path);
    const name = method + path;
    const known = this.#known.get(name);
    if (known) return known;
    if (this.#known.size >= MAX_PATHS) this.#known.clear();
    const result = this.#router.match(method, path);
    this.#known.set(name, result);
    return result;
  }
}
