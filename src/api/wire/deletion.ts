/** How what is deleted by its id says so: `{deleted: true, id}`. */
import * as v from 'valibot';
import { uuid } from '../kit/fields.ts';
import {
  type Access,
  type AnyOperation,
  type CallCtx,
  type Documentation,
  defineOperation,
} from '../kit/operation.ts';

interface DeleteOperation<A extends Access, K extends string, W extends 'deleted' | 'revoked'> {
  /** Ends in `{name of the parameter}`. */
  readonly path: `/${string}/{${K}}`;
  readonly access: A;
  readonly param: K;
  /** What the id looks like; default a UUID. */
  readonly id?: v.GenericSchema<string, string>;
  /** What the answer says became of it; default `deleted`. */
  readonly outcome?: W;
  /** @throws DomainError where there is none */
  remove(ctx: CallCtx<A>, id: string): Promise<unknown>;
  /** `WITH_DOCS && {...}`: `exampleId` is the id in the example. */
  readonly docs: false | (Omit<Documentation, 'answer' | 'bodyExample'> & { readonly exampleId: string });
}

/** Declares `DELETE` of one thing by its id. */
export const defineDelete = <
  A extends Access,
  K extends string,
  W extends 'deleted' | 'revoked' = 'deleted',
>({
  path,
  access,
  param,
  id = uuid,
  outcome,
  remove,
  docs,
}: DeleteOperation<A, K, W>): AnyOperation => {
  const done = outcome ?? 'deleted';
  return defineOperation({
    method: 'DELETE',
    path,
    access,
    // Of a computed key, TypeScript only knows that it is some text.
    params: v.object({ [param]: id } as Record<K, typeof id>),
    docs: WITH_DOCS && toDeleteDocs(docs, done),
    handle: async ({ ctx, params }) => {
      const given = (params as Record<K, string>)[param];
      await remove(ctx, given);
      return { [done]: true, id: given };
    },
  });
};

const toDeleteDocs = (
  docs: DeleteOperation<Access, string, 'deleted' | 'revoked'>['docs'],
  done: string,
): false | Documentation => {
  if (!docs) return false;
  const { exampleId, ...others } = docs;
  return {
    ...others,
    answer: {
      schema: v.object({ [done]: v.literal(true), id: v.string() }),
      example: { [done]: true, id: exampleId },
    },
  };
};
