/** The errors of a family: their schema, an example of each, and the responses that operations refer to. */

import { FAULTS } from '../api/kit/english.ts';
import type { Family } from '../api/kit/family.ts';
import type { FaultCode } from '../api/kit/fault.ts';
import { type AnyOperation, docsOf } from '../api/kit/operation.ts';
import { keysOf } from '../lib/keys.ts';
import type { Json } from './json-schema.ts';

/** The name of a thing of the document: `tracker-v1` is `TrackerV1`. */
export const pascal = (name: string): string =>
  name.replaceAll(/(?:^|[-_.:])(\w)/g, (_, letter: string) => letter.toUpperCase());

const EXAMPLE_ID = '019d8e5a-2c00-7aaa-8bbb-0123456789ab';

/** What the parameters of an error's message are in its example. */
const EXAMPLE_VALUES: Readonly<Record<string, string>> = {
  id: EXAMPLE_ID,
  max: '20',
  seconds: '10',
  size: '1 MiB',
  type: 'discord',
  value: '1234567890',
  scope: 'admin',
};

/** A message, or an example that has one, with something in the place of its parameters. */
export const fillIn = (example: unknown): unknown =>
  JSON.parse(
    JSON.stringify(example).replaceAll(/\{(\w+)\}/g, (_, name: string) => EXAMPLE_VALUES[name] ?? '...'),
  );

/** Whether the header `Idempotency-Key` makes it safe to send again. */
export const takesIdempotencyKey = ({ access, method }: AnyOperation): boolean =>
  access !== 'public' && method !== 'GET';

/** What an operation can answer beside success: what its access and its input imply, and what it declares. */
export const faultsOf = (operation: AnyOperation): FaultCode[] => {
  const { access, body, bodyEncoding, isLarge, offersCsv } = operation;
  const docs = docsOf(operation);
  const implied: FaultCode[] = ['internal', 'unavailable', 'rate_limited', 'invalid_input'];
  if (isLarge || offersCsv) implied.push('too_many_large_reads');
  if (access !== 'public') implied.push('unauthenticated');
  if (typeof access === 'object') implied.push('forbidden');
  if (takesIdempotencyKey(operation)) {
    implied.push('idempotency_answer_lost', 'idempotency_mismatch', 'idempotency_running');
  }
  if (body || docs.rawBody) implied.push('body_too_large', 'incomplete_body');
  if (body && bodyEncoding !== 'form') implied.push('malformed_json');
  return [...new Set([...implied, ...(docs.errors ?? [])])];
};

/** Headers of an error, by its status, beside those that every answer has. */
const HEADERS: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** How the name of a response says what most responses say. */
const SHORT: Partial<Record<FaultCode, string | []>> = {
  invalid_input: [],
  internal: [],
  unavailable: [],
  unauthenticated: [],
  forbidden: [],
  rate_limited: [],
  malformed_json: 'json',
  incomplete_body: 'body',
  body_too_large: [],
  idempotency_mismatch: [],
  idempotency_answer_lost: 'key',
  idempotency_running: 'key',
};

export const errorCatalogue = ({ name: familyName, dialect, prefixes: [prefix = ''] }: Family) => {
  const docs = docsOf(dialect);
  const isProblem = docs.errorMediaType === 'application/problem+json';
  const name = isProblem ? 'Problem' : `${pascal(familyName)}Error`;
  const exampleOf = (code: FaultCode) => docs.errorExample(code, prefix);
  const codes = keysOf(FAULTS);
  const exampleName = (code: FaultCode) => `${familyName}.${code}`;
  return {
    name,
    schema: shapeOf(codes.map(exampleOf)),
    /** By name: all that the responses refer to. */
    examples: (used: readonly FaultCode[]): Json =>
      Object.fromEntries(used.map((code) => [exampleName(code), { value: fillIn(exampleOf(code)) }])),
    respond: (status: number, used: readonly FaultCode[]) => ({
      name: [familyName, status, ...new Set(used.flatMap((code) => SHORT[code] ?? code))].join('.'),
      response: {
        description: used.map((code) => code.replaceAll('_', ' ')).join('; '),
        headers: headersOf(['X-Request-Id', ...(HEADERS[status] ?? [])]),
        content: {
          [docs.errorMediaType]: {
            schema: { $ref: `#/components/schemas/${name}` },
            examples: Object.fromEntries(
              used.map((code) => [code, { $ref: `#/components/examples/${exampleName(code)}` }]),
            ),
          },
        },
      },
    }),
  };
};

/** Headers of an answer, by reference. */
export const headersOf = (names: readonly string[]): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Every header that an answer of ours says something with. */
export const HEADER_COMPONENTS: Json = {
  'X-Request-Id': {
    description:
      'The id of the request: the one that it came with, or a new one. Quote it when you report an error.',
    schema: { type: 'string', maxLength: 255 },
  },
  'X-Hint': {
    description: 'What would serve better. Only where many calls are made that one could replace.',
    schema: { type: 'string' },
  },
  'X-D1-Bookmark': {
    description: 'How new this answer is. Sent with the next call, no answer is older than this one.',
    schema: { type: 'string', maxLength: 64 },
  },
  Link: {
    description: 'The next page, as `<url>; rel="next"`. Absent on the last one.',
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'After how many seconds to try again.',
    schema: { type: 'integer', minimum: 1 },
  },
  'WWW-Authenticate': {
    description: 'How to authenticate, and what is wrong with a bearer token (RFC 6750).',
    schema: { type: 'string' },
  },
  'Content-Disposition': {
    description: 'The name of the file.',
    schema: { type: 'string' },
  },
  'X-Search-Stopped-At': {
    description:
      'The timestamp (Unix seconds) that a search came to before its page was full. `Link` goes on from there.',
    schema: { type: 'integer' },
  },
};

/** The JSON Schema that these examples of one thing have in common. */
const shapeOf = (examples: readonly unknown[]): Json => {
  const [first] = examples;
  if (examples.every((example) => example === null)) return { type: 'null' };
  if (Array.isArray(first)) {
    const items = examples.flatMap((example) => (Array.isArray(example) ? example : []));
    return items.length > 0 ? { type: 'array', items: shapeOf(items) } : { type: 'array', maxItems: 0 };
  }
  if (typeof first !== 'object') return { type: Number.isInteger(first) ? 'integer' : typeof first };
  const objects = examples as readonly Json[];
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  return {
    type: 'object',
    required: names.filter((name) => objects.every((object) => Object.hasOwn(object, name))),
    properties: Object.fromEntries(
      names.map((name) => [
        name,
        shapeOf(objects.filter((object) => Object.hasOwn(object, name)).map((object) => object[name])),
      ]),
    ),
  };
};
