import type * as v from 'valibot';
import type { Issue } from '../../../core/hooks/model.ts';
import { readItem } from '../../kit/batch.ts';

/**
 * Checks each item by the schema of the API that it is for: those that pass, in their order, and why others do not.
 * @param check throws a Fault for what the schema cannot say
 */
export const readItems = <S extends v.GenericSchema>(
  schema: S,
  items: readonly unknown[],
  check?: (value: v.InferOutput<S>) => void,
): { refused: ReadonlyMap<number, readonly Issue[]>; accepted: v.InferOutput<S>[] } => {
  const refused = new Map<number, readonly Issue[]>();
  const accepted: v.InferOutput<S>[] = [];
  for (const [index, item] of items.entries()) {
    const { value, fault } = readItem(schema, item, check);
    if (fault) refused.set(index, fault.issues);
    else accepted.push(value);
  }
  return { refused, accepted };
};
