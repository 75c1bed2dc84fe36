/** The OpenAPI document in Spanish, out of the English one and the catalogue. Not part of the Worker. */

import { FAULTS } from '../api/kit/english.ts';
import type { FaultCode } from '../api/kit/fault.ts';
import { SPANISH as MESSAGES_IN_SPANISH } from '../api/kit/spanish.ts';
import { keysOf } from '../lib/keys.ts';
import { fillIn } from './errors.ts';
import { SPANISH, SPANISH_TAGS } from './es.ts';
import { type Json, toObject } from './json-schema.ts';

/** A text of the document that has no Spanish, and the first place where it stands. */
export interface Gap {
  readonly english: string;
  readonly where: string;
}

export interface Translated {
  readonly document: Json;
  /** What stays English until somebody writes it. */
  readonly missing: readonly Gap[];
  /** What the catalogue has and the document does not say. */
  readonly unused: readonly string[];
}

/** Texts for people. All else is a name or a value, which a program reads. */
const TEXTS = new Set(['summary', 'description']);
/** What is below is an example or a value, not the document's own words. */
const VALUES = new Set(['example', 'examples', 'default', 'const', 'enum', 'required']);
/** Summaries that are made of a name. */
const RECEIVE = /^Receive ([\w.]+\.[\w.]+)$/;

export const translate = (english: Json): Translated => {
  const missing = new Map<string, Gap>();
  const used = new Set<string>();
  const say = (text: string, where: string): string => {
    const [, event] = RECEIVE.exec(text) ?? [];
    if (event !== undefined) return `Recibir ${event}`;
    const known = SPANISH[text];
    if (known !== undefined) {
      used.add(text);
      return known;
    }
    if (!missing.has(text)) missing.set(text, { english: text, where });
    return text;
  };
  /** `isNames`: the keys are names of properties or schemas, such as a property that is called `description`. */
  const walk = (node: unknown, path: readonly string[], isNames = false): unknown => {
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, String(index)]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => {
        if (!isNames && VALUES.has(key)) return [key, value];
        if (!isNames && TEXTS.has(key) && typeof value === 'string') {
          return [key, say(value, placeOf(english, [...path, key]))];
        }
        // The scopes of a way to sign in are explained by their values.
        if (path.at(-2) === 'clientCredentials' && typeof value === 'string' && path.at(-1) === 'scopes')
          return [key, say(value, `scope ${key}`)];
        return [key, walk(value, [...path, key], !isNames && NAMED.has(key))];
      }),
    );
  };
  const { tags, components, ...rest } = english;
  const { responses, examples, ...others } = toObject(components);
  const translated = toObject(walk({ components: others, ...rest }, []));
  return {
    document: {
      ...translated,
      tags: (Array.isArray(tags) ? tags : []).map((tag) =>
        toSpanishTag(toObject(walk(tag, ['tags', String(tag.name)])), missing),
      ),
      components: {
        ...toObject(translated.components),
        responses: Object.fromEntries(
          Object.entries(responses ?? {}).map(([name, response]) => [
            name,
            { ...toObject(response), description: faultsIn(String(toObject(response).description)) },
          ]),
        ),
        examples: Object.fromEntries(
          Object.entries(examples ?? {}).map(([name, example]) => [name, inSpanish(example)]),
        ),
      },
    },
    missing: [...missing.values()],
    unused: Object.keys(SPANISH).filter((text) => !used.has(text)),
  };
};

/** Keys whose own keys are names. */
const NAMED = new Set(['properties', 'schemas', 'headers', 'parameters', 'paths', 'webhooks']);

/** `POST /v2/community/periods, description`, or the path of keys elsewhere. */
const placeOf = (document: Json, path: readonly string[]): string => {
  const [root, name = '', method = '', ...rest] = path;
  if (root !== 'paths' && root !== 'webhooks') return path.join('.');
  const operations = toObject(toObject(document[root])[name]);
  const { operationId } = toObject(operations[method] ?? {});
  return `${operationId ?? name} (${method.toUpperCase()} ${name}), ${rest.join('.')}`;
};

/** The name stays: operations refer to it. */
const toSpanishTag = (tag: Json, missing: Map<string, Gap>): Json => {
  const name = String(tag.name);
  const known = SPANISH_TAGS[name];
  if (known === undefined) missing.set(name, { english: name, where: `the name of a tag, in SPANISH_TAGS` });
  return { ...tag, 'x-displayName': known ?? name };
};

const isFault = (code: string): code is FaultCode => Object.hasOwn(MESSAGES_IN_SPANISH.faults, code);

/** `invalid input; malformed json`, as src/docs/errors.ts lists the codes of a response, in the API's own Spanish. */
const faultsIn = (description: string): string =>
  description
    .split('; ')
    .map((words) => words.replaceAll(' ', '_'))
    .map((code) => (isFault(code) ? MESSAGES_IN_SPANISH.faults[code].replaceAll(/\{\w+\}/g, '…') : code))
    .join(' ');

const MESSAGES = new Map(
  keysOf(FAULTS).map((code) => [fillIn(FAULTS[code]), fillIn(MESSAGES_IN_SPANISH.faults[code])]),
);

/** An example of an error as somebody gets it who accepts Spanish. */
const inSpanish = (node: unknown): unknown => {
  if (typeof node === 'string') return MESSAGES.get(node) ?? node;
  if (Array.isArray(node)) return node.map(inSpanish);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inSpanish(value)]));
};

/** What to do about a gap, so that nobody has to look for it. */
export const adviceOf = ({ missing, unused }: Translated): string =>
  [
    ...missing.map(
      ({ english, where }) =>
        `src/docs/es.ts lacks the Spanish of ${where}. Add to SPANISH:\n  ${JSON.stringify(english)}:\n    '...',`,
    ),
    ...unused.map(
      (english) =>
        `src/docs/es.ts has Spanish that no text of the document asks for. Remove: ${JSON.stringify(english)}`,
    ),
  ].join('\n');
