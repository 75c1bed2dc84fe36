/** Values of a JSON Schema, and values that are almost so. From a seed, so that a run can be repeated. */

// biome-ignore lint/suspicious/noExplicitAny: a JSON Schema is what it is.
type Json = any;

/** Numbers from 0 to 1 (mulberry32). */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const NASTY: readonly unknown[] = [
  null,
  '',
  ' ',
  'x'.repeat(5000),
  'a\0b',
  '\ud800',
  '=1+1',
  "'; DROP TABLE sessions; --",
  '../../etc/passwd',
  -1,
  0,
  1.5,
  1e300,
  Number.MAX_SAFE_INTEGER + 2,
  true,
  [],
  [[]],
  [null],
  {},
  { toString: 1 },
  { __proto__: null, constructor: { prototype: 1 } },
];

export class Sampler {
  readonly random: () => number;
  readonly #document: Json;

  constructor(document: Json, random: () => number) {
    this.#document = document;
    this.random = random;
  }

  chance = (of: number): boolean => this.random() < of;
  below = (count: number): number => Math.floor(this.random() * count);
  pick = <T>(items: readonly T[]): T => items[this.below(items.length)] as T;

  resolve(schema: Json): Json {
    if (!schema?.$ref) return schema ?? {};
    return this.resolve(
      schema.$ref
        .slice(2)
        .split('/')
        .reduce((node: Json, key: string) => node[key.replaceAll('~1', '/')], this.#document),
    );
  }

  /** A value that the schema takes, as far as it says so. */
  value(given: Json, depth = 0): unknown {
    const schema = this.resolve(given);
    if (schema.examples && this.chance(0.5)) return this.pick(schema.examples);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return this.pick(schema.enum);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices) return this.value(this.pick(choices), depth + 1);
    if (schema.allOf)
      return Object.assign({}, ...schema.allOf.map((part: Json) => this.value(part, depth + 1)));
    const type = Array.isArray(schema.type) ? this.pick(schema.type) : schema.type;
    switch (type) {
      case 'object':
        return this.#object(schema, depth);
      case 'array': {
        const least = schema.minItems ?? 0;
        const count = least + this.below(depth > 3 ? 1 : 3);
        return Array.from({ length: Math.min(count, schema.maxItems ?? count) }, () =>
          this.value(schema.items, depth + 1),
        );
      }
      case 'integer':
      case 'number':
        return this.#number(schema);
      case 'boolean':
        return this.chance(0.5);
      case 'null':
        return null;
      default:
        return this.#text(schema);
    }
  }

  #object(schema: Json, depth: number): Record<string, unknown> {
    const made: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (schema.required?.includes(name) || (depth < 4 && this.chance(0.4))) {
        made[name] = this.value(property, depth + 1);
      }
    }
    return made;
  }

  #number({ minimum = 0, maximum = minimum + 1000 }: Json): number {
    return this.chance(0.1)
      ? this.pick([minimum, maximum])
      : minimum + this.below(Math.min(maximum - minimum, 1e6) + 1);
  }

  #text({ format, minLength = 0, maxLength = 40 }: Json): string {
    if (format === 'uuid') return crypto.randomUUID();
    if (format === 'date-time') return new Date(Date.now() - this.below(30 * 86_400_000)).toISOString();
    if (format === 'date')
      return new Date(Date.now() - this.below(30 * 86_400_000)).toISOString().slice(0, 10);
    if (format === 'uri') return 'https://hooks.example.com/';
    const length = Math.min(Math.max(minLength, 1 + this.below(12)), maxLength);
    return Array.from({ length }, () => this.pick([...'abcdefghij0123456789 -_éñ漢😀']))
      .join('')
      .slice(0, maxLength);
  }

  /** The value with one part of it, however deep, replaced by something else, or left out. */
  spoiled(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.chance(0.15)) return this.pick(NASTY);
    if (Array.isArray(value)) {
      if (value.length === 0) return this.pick(NASTY);
      const at = this.below(value.length);
      return value.with(at, this.spoiled(value[at]));
    }
    const names = Object.keys(value);
    if (names.length === 0) return this.pick(NASTY);
    const name = this.pick(names);
    const { [name]: part, ...rest } = value as Record<string, unknown>;
    return this.chance(0.2) ? rest : { ...rest, [name]: this.spoiled(part) };
  }
}
