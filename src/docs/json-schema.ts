/** JSON Schema out of the schemas that validate. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';

export type Json = Record<string, unknown>;

export const isObject = (node: unknown): node is Json =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

/** The object that a part of a document is. @throws Error where it is none */
export const toObject = (node: unknown): Json => {
  if (!isObject(node)) throw new Error(`Expected an object, not ${JSON.stringify(node)}`);
  return node;
};

/** Actions that JSON Schema cannot show and that only narrow or convert what the schema around them shows. */
const FUNCTIONS = /^(raw_|partial_)?(check|transform)$|^(brand|readonly|to_|trim)/;

/** A valibot schema as JSON Schema (2020-12). @throws Error where one does not show there and is not `documented` */
export const toSchema = (schema: v.GenericSchema, where: string): Json => {
  const { $schema: _, ...converted } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    errorMode: 'ignore',
    // Of a pipe with several schemas the last one says what the value looks like.
    overrideSchema: ({ errors, jsonSchema, valibotSchema }) => ({
      ...jsonSchema,
      ...(valibotSchema.type === 'loose_object' && { additionalProperties: true }),
      'x-unknown': errors?.join(' '),
    }),
    overrideAction: ({ errors, jsonSchema, valibotAction }) => {
      const documented = valibotAction.type === 'metadata' && documentationOf(valibotAction, where);
      if (documented) return documented;
      const isOpaque = errors && !FUNCTIONS.test(valibotAction.type);
      return isOpaque ? { ...jsonSchema, 'x-unknown': errors.join(' ') } : jsonSchema;
    },
  });
  return toObject(tidy(converted, where));
};

/** What `documented` says. It stands for all that comes before it in its pipe. */
const documentationOf = (action: object, where: string): Json | undefined => {
  const jsonSchema =
    'metadata' in action && isObject(action.metadata) ? action.metadata.jsonSchema : undefined;
  return jsonSchema === undefined ? undefined : toObject(embed(jsonSchema, where));
};

const isSchema = (node: object): node is v.GenericSchema => 'kind' in node && node.kind === 'schema';

/** Puts their JSON Schema in the place of valibot schemas within what is `documented`. */
const embed = (node: unknown, where: string): unknown => {
  if (Array.isArray(node)) return node.map((item) => embed(item, where));
  if (!isObject(node)) return node;
  if (isSchema(node)) return toSchema(node, where);
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, embed(value, where)]));
};

/** Removes what says nothing. @throws Error where a schema is neither convertible nor `documented` */
const tidy = (node: unknown, where: string): unknown => {
  if (Array.isArray(node)) return node.map((item) => tidy(item, where));
  if (!isObject(node)) return node;
  const schema = { ...node };
  if (schema['x-unknown']) throw new Error(`${where}: ${schema['x-unknown']} Add documented({...}).`);
  delete schema['x-unknown'];
  if (Array.isArray(schema.required) && schema.required.length === 0) delete schema.required;
  if (isObject(schema.propertyNames) && schema.propertyNames.type === 'string') delete schema.propertyNames;
  // The default of a query parameter is the text that the validation would read.
  if (schema.type === 'integer' && typeof schema.default === 'string')
    schema.default = Number(schema.default);
  const tidied = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, tidy(value, where)]));
  return mergeNull(withoutRepeats(tidied));
};

/** Two schemas that validate differently may look alike. */
const withoutRepeats = (schema: Json): Json => {
  if (!Array.isArray(schema.anyOf)) return schema;
  const { anyOf, ...others } = schema;
  // One that says nothing takes everything.
  if (anyOf.some((option) => Object.keys(option).length === 0)) return others;
  const distinct = [...new Map(anyOf.map((option) => [JSON.stringify(option), option])).values()];
  return distinct.length === 1 ? { ...toObject(distinct[0]), ...others } : { ...others, anyOf: distinct };
};

/** `{type: [T, 'null'], ...}` for "T or null", where one type says it. */
const mergeNull = (schema: Json): Json => {
  const { anyOf, ...others } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || anyOf[1].type !== 'null') return schema;
  const [inner] = anyOf as [Json];
  if (Array.isArray(inner.anyOf)) return { ...others, anyOf: [...inner.anyOf, { type: 'null' }] };
  // An object keeps its own schema, which may have a name.
  return typeof inner.type === 'string' && inner.type !== 'object' && !inner.enum
    ? { ...inner, ...others, type: [inner.type, 'null'] }
    : schema;
};
