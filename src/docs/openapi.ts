/** The OpenAPI 3.1 document, out of the declarations that route and validate. Not part of the Worker. */
import type * as v from 'valibot';
import type { Family } from '../api/kit/family.ts';
import type { FaultCode } from '../api/kit/fault.ts';
import { type AnyOperation, type Documentation, docsOf } from '../api/kit/operation.ts';
import { AUDIENCES, audienceOf } from './audiences.ts';
import {
  errorCatalogue,
  faultsOf,
  HEADER_COMPONENTS,
  headersOf,
  pascal,
  takesIdempotencyKey,
} from './errors.ts';
import { describeParameter, describeSchema, TAGS } from './glossary.ts';
import { isObject, type Json, toObject, toSchema } from './json-schema.ts';
import { namesOfSchemas } from './named-schemas.ts';
import { outboundWebhooks } from './outbound.ts';

const INFO = {
  title: 'Rollcall',
  summary: 'Who is active now, who was active when, and what did they do.',
  description:
    'Every operation says in its tags whom it is for. `x-destructive` marks what deletes or cannot be undone. ' +
    'Unknown query parameters are refused with 400, but where the clients of a source send extra ones. ' +
    'Bodies are taken loosely: `[]` where an object is wanted is `{}`, and `{}` where a list is wanted is `[]`.',
  license: { name: 'MIT', identifier: 'MIT' },
};

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or an access token of /oauth/token.' },
  basic: {
    type: 'http',
    scheme: 'basic',
    description:
      'The password is an API key; or the user is one, without a password; or they are a service ID and its secret.',
  },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
  oauth2: {
    type: 'oauth2',
    description: 'A service ID gets a token that is good for an hour.',
    flows: {
      clientCredentials: {
        tokenUrl: '/oauth/token',
        scopes: { 'account-activity:read': 'Read the Account Activity report.' },
      },
    },
  },
  consoleSession: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-rollcall',
    description:
      "The console's session, for pages of this origin only: see openConsoleSession. Over plain http to another machine its name is `rollcall`.",
  },
  operator: { type: 'http', scheme: 'bearer', description: 'The ADMIN_TOKEN of this installation.' },
  operatorSession: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-rollcall-operator',
    description:
      "The operator's console session, for pages of this origin only: see openOperatorSession. Over plain http to another machine its name is `rollcall-operator`.",
  },
};

/** By name; none so far. */
const noneOf = (): Record<string, Json> => ({});

/** @throws Error where a schema does not show in JSON Schema and is not `documented` */
export const buildOpenApi = (families: readonly Family[], version: string): Json => {
  const paths: Record<string, Json> = {};
  const components = {
    securitySchemes: SECURITY_SCHEMES,
    schemas: noneOf(),
    responses: noneOf(),
    examples: noneOf(),
    parameters: { IdempotencyKey: IDEMPOTENCY_KEY, Bookmark: BOOKMARK },
    headers: HEADER_COMPONENTS,
  };
  const names = namesOfSchemas(families.flatMap(({ operations }) => operations));
  const refer = referrer(names, components.schemas);
  const tags = new Set<string>();
  for (const family of families) {
    const errors = errorCatalogue(family);
    components.schemas[errors.name] = describeSchema(errors.schema, errors.name);
    for (const operation of family.operations) {
      const item = paths[operation.path] ?? {};
      paths[operation.path] = item;
      item[operation.method.toLowerCase()] = describe(family, operation, refer, (status, codes) => {
        const { name, response } = errors.respond(status, codes);
        const same = components.responses[name];
        if (same && JSON.stringify(same) !== JSON.stringify(response))
          throw new Error(`Two responses are ${name}.`);
        components.responses[name] = response;
        Object.assign(components.examples, errors.examples(codes));
        return { $ref: `#/components/responses/${name}` };
      });
      tags.add(docsOf(operation).tag);
    }
  }
  return {
    openapi: '3.1.0',
    info: { ...INFO, version },
    servers: [{ url: '/' }],
    tags: [
      ...[...tags, 'Health'].map((name) => ({ name, description: TAGS[name] ?? name })),
      ...Object.entries(AUDIENCES).map(([name, description]) => ({ name, description })),
    ],
    paths: { ...paths, '/healthz': HEALTHZ },
    webhooks: outboundWebhooks(refer),
    components,
  };
};

/** Puts references in the place of schemas that have a name, and notes those that are used. */
export type Refer = (schema: Json) => Json;

const referrer = (names: ReadonlyMap<string, string>, used: Record<string, Json>): Refer => {
  const refer = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(refer);
    if (!isObject(node)) return node;
    const name = names.get(JSON.stringify(node));
    if (name === undefined) return referWithin(node);
    if (!used[name]) {
      // Before its inside is looked at: it may refer to itself.
      used[name] = {};
      used[name] = describeSchema(referWithin(node), name);
    }
    return { $ref: `#/components/schemas/${name}` };
  };
  const referWithin = (node: Json): Json =>
    Object.fromEntries(Object.entries(node).map(([key, value]) => [key, refer(value)]));
  return (schema) => toObject(refer(schema));
};

const describe = (
  { dialect, keyInBody }: Family,
  operation: AnyOperation,
  refer: Refer,
  toErrorResponse: (status: number, codes: readonly FaultCode[]) => Json,
): Json => {
  const docs = docsOf(operation);
  const envelope = docsOf(dialect);
  const where = docs.operationId;
  const parameters = [
    ...toParameters('path', operation.params, where),
    ...toParameters('query', operation.query, where),
  ];
  const headers = [
    ...(takesIdempotencyKey(operation) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(operation.isNear ? [{ $ref: '#/components/parameters/Bookmark' }] : []),
  ];
  const { schema, example, mediaType } = docs.answer;
  const path = examplePath(operation.path, parameters);
  const toShown = (of: Json): Json => describeSchema(refer(of), pascal(where));
  const answer = toSchema(schema, where);
  const isDestructive = docs.isDestructive ?? operation.method === 'DELETE';
  return {
    operationId: docs.operationId,
    tags: [docs.tag, audienceOf(operation)],
    summary: docs.summary,
    ...(docs.description && { description: docs.description }),
    ...(isDestructive && { 'x-destructive': true }),
    security: [...toSecurity(operation), ...(keyInBody ? [{}] : [])],
    ...(parameters.length + headers.length > 0 && { parameters: [...parameters, ...headers] }),
    ...bodyOf(operation, toShown),
    responses: {
      [operation.status ?? 200]: {
        description: 'Success',
        headers: headersOf([
          'X-Request-Id',
          ...(docs.headers ?? []),
          ...(operation.isNear ? ['X-D1-Bookmark'] : []),
          ...(operation.offersCsv ? ['Link', 'Content-Disposition'] : []),
        ]),
        content: {
          ...(mediaType
            ? { [mediaType]: { schema: toShown(answer), example } }
            : jsonContent(
                withOthers(toShown(withMeta(envelope.wrapSchema(answer), operation)), docs.otherAnswers),
                envelope.wrapExample(example, path),
              )),
          ...(operation.offersCsv && { 'text/csv': { schema: { type: 'string' } } }),
          ...textsOf(docs.otherAnswers),
        },
      },
      ...Object.fromEntries(
        (docs.otherAnswers ?? [])
          .filter(({ status }) => status === 204)
          .map(({ status, description }) => [status, { description }]),
      ),
      ...Object.fromEntries(
        [...Map.groupBy(faultsOf(operation), envelope.statusOf)]
          .sort(([a], [b]) => a - b)
          .map(([status, codes]) => [status, toErrorResponse(status, codes)]),
      ),
    },
  };
};

type OtherAnswers = NonNullable<Documentation['otherAnswers']>;

/** An envelope whose `meta` says what the operation's own does. */
const withMeta = (schema: Json, operation: AnyOperation): Json => {
  const { operationId, answer } = docsOf(operation);
  if (!answer.meta) return schema;
  const properties = toObject(schema.properties);
  const own = toObject(properties.meta);
  const more = Object.entries(answer.meta).map(([name, part]) => [name, toSchema(part, operationId)]);
  const meta = {
    ...own,
    properties: { ...toObject(own.properties), ...Object.fromEntries(more) },
  };
  return { ...schema, properties: { ...properties, meta } };
};

/** The schema of an answer, or that of JSON in the form of somebody else. */
const withOthers = (schema: Json, others: OtherAnswers = []): Json => {
  const other = others.find(({ mediaType }) => mediaType === 'application/json');
  return other ? { anyOf: [schema, { type: 'object', description: other.description }] } : schema;
};

const textsOf = (others: OtherAnswers = []): Json =>
  Object.fromEntries(
    others.flatMap(({ mediaType, description }) =>
      mediaType === undefined || mediaType === 'application/json'
        ? []
        : [[mediaType, { schema: { type: 'string', description } }]],
    ),
  );

const bodyOf = (operation: AnyOperation, toShown: (schema: Json) => Json): Json => {
  const { operationId, bodyExample, csvExample, rawBody } = docsOf(operation);
  const schema = rawBody ?? operation.body;
  if (!schema) return {};
  if (operation.bodyEncoding === 'lines') {
    const lines = { type: 'string', description: 'A JSON object a line.' };
    return {
      requestBody: {
        required: true,
        content: { 'application/x-ndjson': { schema: lines, example: bodyExample } },
      },
    };
  }
  const shown = toShown(toSchema(schema, operationId));
  return {
    requestBody: {
      required: rawBody !== undefined || !isOptional(schema),
      content:
        operation.bodyEncoding === 'form'
          ? { 'application/x-www-form-urlencoded': { schema: shown, example: bodyExample } }
          : {
              ...jsonContent(shown, bodyExample),
              ...(csvExample !== undefined && {
                'text/csv': { schema: { type: 'string' }, example: csvExample },
              }),
            },
    },
  };
};

/** Whether a call may come without the body: then its schema takes what is not there. */
const isOptional = (schema: v.GenericSchema): boolean =>
  schema['~run']({ value: undefined }, {}).issues === undefined;

const jsonContent = (schema: Json, example: unknown) => ({
  'application/json': { schema, ...(example !== undefined && { example }) },
});

const healthResponse = (description: string, ...statuses: readonly string[]): Json => {
  const schema = {
    type: 'object',
    required: ['status'],
    properties: {
      status: { enum: statuses, description: 'Whether the database answers.' },
      unavailable: {
        type: 'array',
        items: { type: 'integer' },
        description: 'With several databases: the places of those that do not answer.',
      },
    },
  };
  return { description, content: jsonContent(schema, { status: statuses[0] }) };
};

/** The one route that belongs to no family (app.ts). */
const HEALTHZ = {
  get: {
    operationId: 'healthz',
    tags: ['Health', 'Operator'],
    summary: 'Whether the Worker reaches its database',
    security: [],
    responses: {
      200: healthResponse('It does. `degraded`: of several databases some do not answer.', 'ok', 'degraded'),
      503: healthResponse('It does not.', 'unavailable'),
    },
  },
};

/** The header of every call that changes something. */
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A key of your own. The same call with the same key is carried out once, and answered as it first was.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** The header of reads that a copy of the database may answer. */
const BOOKMARK = {
  name: 'X-D1-Bookmark',
  in: 'header',
  required: false,
  description:
    'How new the answer has to be: the `X-D1-Bookmark` of an earlier one, or `first-primary` for everything that was ' +
    'written so far. Without it, a copy of the database near the reader may answer that is some moments old.',
  schema: { type: 'string', maxLength: 64 },
};

const toSecurity = ({ access }: AnyOperation): Json[] => {
  if (access === 'public') return [];
  if (access === 'operator') return [{ operator: [] }, { operatorSession: [] }];
  const scopes = access === 'community' ? [] : [access.scope];
  const schemes = ['bearer', 'basic', 'apiKey', 'consoleSession'].map((scheme) => ({ [scheme]: scopes }));
  return scopes.includes('account-activity:read') ? [...schemes, { oauth2: scopes }] : schemes;
};

interface Parameter extends Json {
  readonly name: string;
  readonly schema: Json;
}

const toParameters = (
  location: 'path' | 'query',
  schema: v.GenericSchema | undefined,
  where: string,
): Parameter[] => {
  if (!schema) return [];
  const { properties = {}, required = [] } = toSchema(schema, where) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: location,
    required: location === 'path' || required.includes(name),
    description: describeParameter(name, property, where),
    schema: property,
    ...(location === 'path' && { example: exampleValue(name, property) }),
  }));
};

const EXAMPLE_ID = '019d8e5a-2c00-7aaa-8bbb-0123456789ab';

const exampleValue = (name: string, { type, format }: Json): string | number =>
  type === 'integer'
    ? 1
    : name === 'type'
      ? 'discord'
      : format === 'uuid'
        ? '00000000-0000-0000-0000-000000000000'
        : EXAMPLE_ID;

const examplePath = (path: string, parameters: readonly Parameter[]): string =>
  path.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    String(parameters.find((parameter) => parameter.name === name)?.example ?? whole),
  );
