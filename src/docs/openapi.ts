/** The OpenAPI 3.1 document, out of the declarations that route and validate. Not part of the Worker. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import type { Family } from '../api/kit/family.ts';
import type { FaultCode } from '../api/kit/fault.ts';
import { FAULT_MESSAGES } from '../api/kit/messages.ts';
import { type AnyOperation, docsOf } from '../api/kit/operation.ts';

type Json = Record<string, unknown>;

const EXAMPLE_ID = '019d8e5a-2c00-7aaa-8bbb-0123456789ab';

const INFO = {
  title: 'Rollcall',
  summary: 'Who is active now, who was active when, and what did they do.',
  license: { name: 'MIT', identifier: 'MIT' },
};

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or an access token of /oauth/token.' },
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'The password is an API key; or user and password are a service ID and its secret.',
  },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
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

/** @throws Error where a schema does not show in JSON Schema and is not `documented` */
export const buildOpenApi = (families: readonly Family[], version: string): Json => {
  const paths: Record<string, Json> = {};
  const schemas: Record<string, Json> = {};
  const responses: Record<string, Json> = {};
  const tags = new Set<string>();
  for (const family of families) {
    const errors = errorCatalogue(family);
    schemas[errors.name] = errors.schema;
    for (const operation of family.operations) {
      const item = paths[operation.path] ?? {};
      paths[operation.path] = item;
      item[operation.method.toLowerCase()] = describe(family, operation, (codes) => {
        const { name, response } = errors.respond(codes, operation);
        responses[name] = response;
        return { $ref: `#/components/responses/${name}` };
      });
      tags.add(docsOf(operation).tag);
    }
  }
  return {
    openapi: '3.1.0',
    info: { ...INFO, version },
    servers: [{ url: '/' }],
    tags: [...tags, 'Health'].map((name) => ({ name })),
    paths: { ...paths, '/healthz': HEALTHZ },
    components: { securitySchemes: SECURITY_SCHEMES, schemas, responses },
  };
};

const describe = (
  { dialect, keyInBody }: Family,
  operation: AnyOperation,
  toErrorResponse: (codes: readonly FaultCode[]) => Json,
): Json => {
  const docs = docsOf(operation);
  const envelope = docsOf(dialect);
  const where = docs.operationId;
  const parameters = [
    ...toParameters('path', operation.params, where),
    ...toParameters('query', operation.query, where),
  ];
  const { schema, example, mediaType } = docs.answer;
  const path = examplePath(operation.path, parameters);
  const body = operation.body && toSchema(operation.body, where);
  return {
    operationId: docs.operationId,
    tags: [docs.tag],
    summary: docs.summary,
    ...(docs.description && { description: docs.description }),
    security: [...toSecurity(operation), ...(keyInBody ? [{}] : [])],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        // A schema that says nothing is that of a body which is not looked at.
        required: Object.keys(body).length > 0,
        content:
          operation.bodyEncoding === 'form'
            ? { 'application/x-www-form-urlencoded': { schema: body, example: docs.bodyExample } }
            : jsonContent(body, docs.bodyExample),
      },
    }),
    responses: {
      [operation.status ?? 200]: {
        description: 'Success',
        content: mediaType
          ? { [mediaType]: { schema: toSchema(schema, where), example } }
          : jsonContent(envelope.wrapSchema(toSchema(schema, where)), envelope.wrapExample(example, path)),
      },
      ...Object.fromEntries(
        [...Map.groupBy(faultsOf(operation), envelope.statusOf)]
          .sort(([a], [b]) => a - b)
          .map(([errorStatus, codes]) => [errorStatus, toErrorResponse(codes)]),
      ),
    },
  };
};

const jsonContent = (schema: Json, example: unknown) => ({
  'application/json': { schema, ...(example !== undefined && { example }) },
});

const healthResponse = (description: string, status: string): Json => {
  const schema = { type: 'object', required: ['status'], properties: { status: { const: status } } };
  return { description, content: jsonContent(schema, { status }) };
};

/** The one route that belongs to no family (app.ts). */
const HEALTHZ = {
  get: {
    operationId: 'healthz',
    tags: ['Health'],
    summary: 'Whether the Worker reaches its database',
    security: [],
    responses: {
      200: healthResponse('It does.', 'ok'),
      503: healthResponse('It does not.', 'unavailable'),
    },
  },
};

const toSecurity = ({ access }: AnyOperation): Json[] => {
  if (access === 'public') return [];
  if (access === 'operator') return [{ operator: [] }, { operatorSession: [] }];
  const scopes = access === 'community' ? [] : [access.scope];
  return ['bearer', 'basic', 'apiKey', 'consoleSession'].map((scheme) => ({ [scheme]: scopes }));
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
    schema: property,
    ...(location === 'path' && { example: exampleValue(property) }),
  }));
};

const exampleValue = ({ type, format }: Json): string | number =>
  type === 'integer' ? 1 : format === 'uuid' ? '00000000-0000-0000-0000-000000000000' : EXAMPLE_ID;

const examplePath = (path: string, parameters: readonly Parameter[]): string =>
  path.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    String(parameters.find((parameter) => parameter.name === name)?.example ?? whole),
  );

/** What an operation can answer beside success: what its access and its input imply, and what it declares. */
const faultsOf = (operation: AnyOperation): FaultCode[] => {
  const { access, params, query, body, bodyEncoding } = operation;
  const implied: FaultCode[] = ['internal'];
  if (access !== 'public') implied.push('unauthenticated');
  if (access === 'operator') implied.push('unavailable');
  else if (typeof access === 'object') implied.push('forbidden');
  if (params || query || body) implied.push('invalid_input');
  if (body) implied.push('body_too_large');
  if (body && bodyEncoding !== 'form') implied.push('malformed_json');
  return [...new Set([...implied, ...(docsOf(operation).errors ?? [])])];
};

/** A family's errors: the schema they share, and the responses that its operations refer to. */
const errorCatalogue = ({ name: familyName, dialect, prefixes: [prefix = ''] }: Family) => {
  const docs = docsOf(dialect);
  const name = docs.errorMediaType === 'application/problem+json' ? 'Problem' : `${familyName}-error`;
  const exampleOf = (code: FaultCode) => docs.errorExample(code, prefix);
  const codes = Object.keys(FAULT_MESSAGES.en) as FaultCode[];
  return {
    name,
    schema: shapeOf(codes.map(exampleOf)),
    respond: (codes: readonly FaultCode[], { access }: AnyOperation) => {
      const scope = typeof access === 'object' ? access.scope : '';
      const parts = [familyName, ...codes, ...(codes.includes('forbidden') ? [scope.replace(':', '-')] : [])];
      return {
        name: parts.join('.'),
        response: {
          description: codes.map((code) => code.replaceAll('_', ' ')).join('; '),
          content: {
            [docs.errorMediaType]: {
              schema: { $ref: `#/components/schemas/${name}` },
              examples: Object.fromEntries(
                codes.map((code) => [code, { value: fillIn(exampleOf(code), scope) }]),
              ),
            },
          },
        },
      };
    },
  };
};

/** What the parameters of an error's message are in its example. */
const EXAMPLE_VALUES: Readonly<Record<string, string>> = {
  id: EXAMPLE_ID,
  max: '20',
  seconds: '30',
  type: 'discord',
  value: '1234567890',
};

const fillIn = (example: unknown, scope: string): unknown => {
  const values: Readonly<Record<string, string>> = { ...EXAMPLE_VALUES, scope };
  const text = JSON.stringify(example).replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '...');
  return JSON.parse(text);
};

/** The JSON Schema that these examples of one thing have in common. */
const shapeOf = (examples: readonly unknown[]): Json => {
  const [first] = examples;
  if (first === null) return { type: 'null' };
  if (Array.isArray(first)) return { type: 'array', items: shapeOf(first) };
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

/** Actions that JSON Schema cannot show and that only narrow or convert what the schema around them shows. */
const FUNCTIONS = /^(raw_|partial_)?(check|transform)$|^(brand|readonly|to_|trim)/;

const toSchema = (schema: v.GenericSchema, where: string): Json => {
  const { $schema: _, ...converted } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    errorMode: 'ignore',
    // Of a pipe with several schemas the last one says what the value looks like.
    overrideSchema: ({ errors, jsonSchema }) => ({ ...jsonSchema, 'x-unknown': errors?.join(' ') }),
    overrideAction: ({ errors, jsonSchema, valibotAction }) => {
      const documented = valibotAction.type === 'metadata' && documentationOf(valibotAction, where);
      if (documented) return documented;
      const isOpaque = errors && !FUNCTIONS.test(valibotAction.type);
      return isOpaque ? { ...jsonSchema, 'x-unknown': errors.join(' ') } : jsonSchema;
    },
  }) as Json;
  return tidy(converted, where) as Json;
};

/** What `documented` says. It stands for all that comes before it in its pipe. */
const documentationOf = (action: object, where: string): Json | undefined => {
  const { jsonSchema } = (action as { metadata: { jsonSchema?: Json } }).metadata;
  return jsonSchema && (embed(jsonSchema, where) as Json);
};

/** Puts their JSON Schema in the place of valibot schemas within what is `documented`. */
const embed = (node: unknown, where: string): unknown => {
  if (Array.isArray(node)) return node.map((item) => embed(item, where));
  if (typeof node !== 'object' || node === null) return node;
  if ('kind' in node && node.kind === 'schema') return toSchema(node as v.GenericSchema, where);
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, embed(value, where)]));
};

/** Removes what says nothing. @throws Error where a schema is neither convertible nor `documented` */
const tidy = (node: unknown, where: string): unknown => {
  if (Array.isArray(node)) return node.map((item) => tidy(item, where));
  if (typeof node !== 'object' || node === null) return node;
  const schema = { ...node } as Json;
  if (schema['x-unknown']) throw new Error(`${where}: ${schema['x-unknown']} Add documented({...}).`);
  delete schema['x-unknown'];
  if (Array.isArray(schema.required) && schema.required.length === 0) delete schema.required;
  if ((schema.propertyNames as Json | undefined)?.type === 'string') delete schema.propertyNames;
  // The default of a query parameter is the text that the validation would read.
  if (schema.type === 'integer' && typeof schema.default === 'string')
    schema.default = Number(schema.default);
  const tidied = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, tidy(value, where)]));
  return mergeNull(tidied);
};

/** `{type: [T, 'null'], ...}` for "T or null", where one type says it. */
const mergeNull = (schema: Json): Json => {
  const { anyOf, ...others } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || anyOf[1].type !== 'null') return schema;
  const [inner] = anyOf as [Json];
  if (Array.isArray(inner.anyOf)) return { ...others, anyOf: [...inner.anyOf, { type: 'null' }] };
  return typeof inner.type === 'string' && !inner.enum
    ? { ...inner, ...others, type: [inner.type, 'null'] }
    : schema;
};
