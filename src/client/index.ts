/** The client of Rollcall's API, typed by its OpenAPI document: what the console calls it with, and anybody else. */
import createFetchClient, { type Client } from 'openapi-fetch';
import type { paths } from './schema.js';

export type { components, operations, paths } from './schema.js';

/** Answers are JSON: a file, as `text/csv`, is asked for with `Accept` and read with `parseAs: 'text'`. */
type JsonMedia = `${string}/${string}json`;

export type RollcallClient = Client<paths, JsonMedia>;

export interface RollcallOptions {
  /** Where Rollcall runs, such as `https://rollcall.example`. */
  readonly baseUrl: string;
  /** An API key, or an access token. None: the browser's session, for pages of the same origin. */
  readonly apiKey?: string;
  /** The language of messages. */
  readonly language?: 'en' | 'es';
  /** What makes the request; default the runtime's own. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** A call answers `{data}` or `{error}`, each as the document has it; it throws only where nothing answered at all. */
export const createRollcall = ({ baseUrl, apiKey, language, fetch }: RollcallOptions): RollcallClient =>
  createFetchClient<paths, JsonMedia>({
    baseUrl,
    headers: {
      ...(apiKey !== undefined && { Authorization: `Bearer ${apiKey}` }),
      ...(language !== undefined && { 'Accept-Language': language }),
    },
    ...(fetch && { fetch }),
  });
