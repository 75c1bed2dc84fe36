/** Answers, as the OpenAPI document promises them: the harness checks each one that a test asks for. */
import { families } from '../src/api/index.ts';
import { buildOpenApi } from '../src/docs/openapi.ts';

// biome-ignore lint/suspicious/noExplicitAny: the document as it is.
type Json = any;

let built: Json;
const document = (): Json => (built ??= JSON.parse(JSON.stringify(buildOpenApi(families, '0.0.0'))));

/** The document's paths, the fixed ones first. */
let patterns: [RegExp, Json][] | undefined;
const operationAt = (method: string, path: string): Json => {
  patterns ??= Object.entries<Json>(document().paths)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([template, item]) => [new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`), item]);
  const found = patterns.find(([pattern]) => pattern.test(path));
  return found?.[1][method === 'HEAD' ? 'get' : method.toLowerCase()];
};

const resolve = (node: Json): Json =>
  node?.$ref
    ? resolve(
        node.$ref
          .slice(2)
          .split('/')
          .reduce((at: Json, key: string) => at?.[key.replaceAll('~1', '/')], document()),
      )
    : node;

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

/** What does not fit, in words; undefined where all does. A property that the schema does not have does not fit. */
const misfit = (given: Json, value: Json, at: string): string | undefined => {
  const schema = resolve(given);
  if (schema === undefined) return `${at}: the document refers to nothing`;
  for (const part of schema.allOf ?? []) {
    const wrong = misfit(part, value, at);
    if (wrong) return wrong;
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options) {
    const misfits = options.map((option: Json) => misfit(option, value, at));
    if (misfits.every((wrong: string | undefined) => wrong !== undefined)) return misfits.join(' | ');
  }
  if ('const' in schema && schema.const !== value) return `${at}: is not ${schema.const}`;
  if (schema.enum && !schema.enum.includes(value)) return `${at}: is none of ${schema.enum}`;
  const types = schema.type === undefined ? undefined : [schema.type].flat();
  const type = typeOf(value);
  const isTyped = types?.some(
    (each: string) => each === type || (each === 'integer' && Number.isInteger(value)),
  );
  if (types && !isTyped) return `${at}: is of type ${type}, not ${types}`;
  if (schema.format === 'date-time' && type === 'string' && Number.isNaN(Date.parse(value)))
    return `${at}: is no instant`;
  if (type === 'array' && schema.items) {
    for (const [index, item] of value.entries()) {
      const wrong = misfit(schema.items, item, `${at}[${index}]`);
      if (wrong) return wrong;
    }
  }
  if (type !== 'object' || types === undefined) return undefined;
  const { properties = {}, required = [], additionalProperties } = schema;
  for (const name of required) if (!Object.hasOwn(value, name)) return `${at}.${name}: is missing`;
  for (const [name, inner] of Object.entries<Json>(value)) {
    const property =
      properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (property === undefined) {
      if (additionalProperties === true || Object.keys(properties).length === 0) continue;
      return `${at}.${name}: is not in the document`;
    }
    const wrong = misfit(property, inner, `${at}.${name}`);
    if (wrong) return wrong;
  }
  return undefined;
};

/** What an answer has that the document does not; undefined where it fits, and for a path that is not in it. */
export const undocumented = (
  method: string,
  path: string,
  answer: { status: number; type: string; body: unknown },
): string | undefined => {
  const operation = operationAt(method, path.split('?', 1)[0] as string);
  // The method is not allowed, or nothing is there.
  if (!operation || answer.status === 405 || answer.status === 406) return undefined;
  const response = resolve(operation.responses[answer.status]);
  if (!response) return `the document has no ${answer.status} for ${operation.operationId}`;
  if (!response.content && answer.body === undefined) return undefined;
  const [type = ''] = answer.type.split(';', 1);
  const media = response.content?.[type];
  if (!media) return `the document has no ${type} with ${answer.status} for ${operation.operationId}`;
  return method === 'HEAD' || answer.body === undefined ? undefined : misfit(media.schema, answer.body, '$');
};

/** The operation that answers at a path. */
export const operationIdAt = (method: string, path: string): string | undefined =>
  operationAt(method, path.split('?', 1)[0] as string)?.operationId;

/** Every list that goes on behind a cursor, with the other parameters of its query. */
export const listsOfDocument = (): { operationId: string; parameters: string[] }[] =>
  Object.values<Json>(document().paths)
    .map((item) => item.get)
    .filter((operation) => operation !== undefined)
    .map(({ operationId, parameters = [] }) => ({
      operationId,
      parameters: parameters
        .map(resolve)
        .filter((each: Json) => each.in === 'query')
        .map((each: Json) => each.name),
    }))
    .filter(({ parameters }) => parameters.includes('cursor'))
    .map(({ operationId, parameters }) => ({
      operationId,
      parameters: parameters.filter((name: string) => name !== 'cursor'),
    }));
