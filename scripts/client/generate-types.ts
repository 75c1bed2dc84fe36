/** TypeScript types out of our OpenAPI document, in the form that openapi-fetch reads (`paths`). */

type Json = Record<string, unknown>;

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
const BANNER = '/** Made out of openapi.json by `npm run build:client`: do not change it by hand. */\n';

/** The module `schema.d.ts` of a document. @throws Error where the document has something that has no type here */
export const generateTypes = (document: Json): string => {
  const operations: string[] = [];
  const paths = entries(document.paths).map(([path, item]) => {
    const methods = METHODS.map((method) => {
      const operation = (item as Json)[method] as Json | undefined;
      if (!operation) return `${method}?: never;`;
      const id = String(operation.operationId);
      operations.push(`${comment(operation)}${quote(id)}: ${operationType(document, operation)};`);
      return `${comment(operation)}${method}: operations[${JSON.stringify(id)}];`;
    });
    return `${quote(path)}: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; ${methods.join(' ')} };`;
  });
  const components = (document.components ?? {}) as Json;
  const schemas = entries(components.schemas).map(
    ([name, schema]) => `${comment(schema as Json)}${quote(name)}: ${typeOf(schema as Json)};`,
  );
  return [
    BANNER,
    `export interface paths {\n${paths.join('\n')}\n}\n`,
    `export interface components {\nschemas: {\n${schemas.join('\n')}\n};\n}\n`,
    `export interface operations {\n${operations.join('\n')}\n}\n`,
  ].join('\n');
};

const entries = (node: unknown): [string, unknown][] => Object.entries((node ?? {}) as Json);
/** A status stays a number: openapi-fetch tells success by it. */
const quote = (name: string): string =>
  /^([A-Za-z_$][\w$]*|[1-5]\d\d)$/.test(name) ? name : JSON.stringify(name);

const comment = ({ summary, description, deprecated }: Json): string => {
  const lines = [summary, description, deprecated && '@deprecated'].filter(Boolean).map(String);
  return lines.length === 0
    ? ''
    : `/** ${lines.join('. ').replaceAll('*/', '*\\/').replaceAll('\n', ' ')} */\n`;
};

/** What a `$ref` stands for, where a type of its own would say nothing more: parameters, bodies and answers. */
const resolve = (document: Json, node: Json): Json => {
  if (typeof node.$ref !== 'string') return node;
  const found = node.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Json | undefined)?.[key.replaceAll('~1', '/')], document);
  if (typeof found !== 'object' || found === null) throw new Error(`The document has no ${node.$ref}.`);
  return resolve(document, found as Json);
};

const operationType = (document: Json, operation: Json): string => {
  const parameters = ((operation.parameters ?? []) as Json[]).map((parameter) =>
    resolve(document, parameter),
  );
  const groups = ['query', 'header', 'path', 'cookie'].map((location) => {
    const group = parameters.filter((parameter) => parameter.in === location);
    if (group.length === 0) return `${location}?: never;`;
    const fields = group.map(
      (parameter) =>
        `${comment(parameter)}${quote(String(parameter.name))}${parameter.required ? '' : '?'}: ${typeOf((parameter.schema ?? {}) as Json)};`,
    );
    return `${location}${group.some(({ required }) => required) ? '' : '?'}: { ${fields.join(' ')} };`;
  });
  const body =
    operation.requestBody === undefined ? undefined : resolve(document, operation.requestBody as Json);
  const responses = entries(operation.responses).map(([status, node]) => {
    const response = resolve(document, node as Json);
    return `${quote(status)}: { headers: { [name: string]: unknown }; ${contentType(document, response, 'never')} };`;
  });
  return `{ parameters: { ${groups.join(' ')} }; ${
    body
      ? `requestBody${body.required ? '' : '?'}: { ${contentType(document, body, 'unknown')} }`
      : 'requestBody?: never'
  }; responses: { ${responses.join(' ')} } }`;
};

const contentType = (document: Json, { content }: Json, none: string): string => {
  const types = entries(content).map(
    ([name, media]) => `${quote(name)}: ${typeOf((resolve(document, media as Json).schema ?? {}) as Json)};`,
  );
  return types.length === 0 ? `content?: ${none};` : `content: { ${types.join(' ')} };`;
};

const union = (types: readonly string[]): string => {
  const distinct = [...new Set(types)];
  return distinct.length === 1 ? (distinct[0] as string) : `(${distinct.join(' | ')})`;
};

const SIMPLE: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** The type of a JSON Schema; `unknown` for one that says nothing. */
const typeOf = (schema: Json): string => {
  if (typeof schema.$ref === 'string') {
    const name = /^#\/components\/schemas\/(.+)$/.exec(schema.$ref)?.[1];
    if (name === undefined) throw new Error(`${schema.$ref} is no schema.`);
    return `components["schemas"][${JSON.stringify(name)}]`;
  }
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return union(schema.enum.map((value) => JSON.stringify(value)));
  const own = typesOf(schema);
  const alternatives = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  const parts = [
    ...(own === undefined ? [] : [own]),
    ...(alternatives ? [union(alternatives.map((alternative) => typeOf(alternative)))] : []),
    ...((schema.allOf ?? []) as Json[]).map((part) => typeOf(part)),
  ].filter((type) => type !== 'unknown');
  return parts.length === 0
    ? 'unknown'
    : parts.length === 1
      ? (parts[0] as string)
      : `(${parts.join(' & ')})`;
};

const typesOf = (schema: Json): string | undefined => {
  if (Array.isArray(schema.type))
    return union(
      schema.type.map((type) =>
        typeOf({ ...schema, type, anyOf: undefined, oneOf: undefined, allOf: undefined }),
      ),
    );
  if (schema.type === 'array') return `${typeOf((schema.items ?? {}) as Json)}[]`;
  if (schema.type === 'object' || (schema.type === undefined && schema.properties)) return objectType(schema);
  return typeof schema.type === 'string' ? SIMPLE[schema.type] : undefined;
};

const objectType = ({ properties, required = [], additionalProperties }: Json): string => {
  const fields = entries(properties).map(
    ([name, property]) =>
      `${comment(property as Json)}${quote(name)}${(required as string[]).includes(name) ? '' : '?'}: ${typeOf(property as Json)};`,
  );
  const more = typeof additionalProperties === 'object' && additionalProperties !== null;
  if (more && fields.length === 0) return `{ [key: string]: ${typeOf(additionalProperties as Json)} }`;
  if (fields.length === 0) return 'Record<string, unknown>';
  return `{ ${fields.join(' ')}${more ? ' [key: string]: unknown;' : ''} }`;
};
