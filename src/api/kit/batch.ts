/** Bodies that may be one thing or many. */
import * as v from 'valibot';
import { Fault } from './fault.ts';
import { documented, list, shortcutOf } from './fields.ts';
import { fieldMessage } from './messages.ts';
import { validate } from './validate.ts';

/** What became of one item of a batch: its value, or why it is refused. */
export type Item<T> =
  | { readonly value: T; readonly fault?: undefined }
  | { readonly value?: undefined; readonly fault: Fault };

/** `min` to `max` items, each validated on its own: a bad one does not cost the others. */
export const eachOf = <S extends v.GenericSchema>(item: S, max: number, min = 1) =>
  v.pipe(
    list(v.unknown()),
    v.check((items) => items.length >= min && items.length <= max, fieldMessage('count', min, max)),
    v.transform((items): Item<v.InferOutput<S>>[] => {
      const read = shortcutOf(item);
      return items.map((input) => {
        const value = read?.(input);
        return value === undefined ? readItem(item, input) : { value };
      });
    }),
    documented(WITH_DOCS && { type: 'array', minItems: min, maxItems: max, items: item }),
  );

/** An item as the schema has it, or why it is refused: by the schema, or by what `check` throws. */
export const readItem = <S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  check?: (value: v.InferOutput<S>) => void,
): Item<v.InferOutput<S>> => {
  try {
    const value = validate(schema, input);
    check?.(value);
    return { value };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { fault: error };
  }
};

/** A `v.union` of which `choose` takes the one to validate with, so that an error is that of the form meant. */
export const unionBy = <const O extends readonly v.GenericSchema[]>(
  options: O,
  choose: (value: unknown) => O[number],
): v.UnionSchema<O, undefined> => ({
  ...v.union(options),
  '~run': (dataset, config) =>
    choose(dataset.value)['~run'](dataset, config) as v.OutputDataset<
      v.InferOutput<O[number]>,
      v.InferIssue<O[number]>
    >,
});
