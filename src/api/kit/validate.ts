import * as v from 'valibot';
import { Fault, type FieldIssue } from './fault.ts';
import { fieldMessage, isFieldMessage } from './messages.ts';

/** The value as the schema has it. @throws Fault invalid_input, with an issue per refused field */
export const validate = <S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> => {
  // One issue a field: its first. A later check may rely on an earlier one.
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return result.output;
  const issues = Map.groupBy(result.issues.map(toFieldIssue), ({ path }) => path);
  throw new Fault('invalid_input', {
    issues: [...issues.values()].flatMap((ofField) => ofField.slice(0, 1)),
  });
};

/** A valibot issue in the terms of our catalogue. */
export const toFieldIssue = (issue: v.BaseIssue<unknown>): FieldIssue => ({
  path: issue.path?.map((item) => String(item.key)).join('.') ?? '',
  message: messageOf(issue),
});

const messageOf = (issue: v.BaseIssue<unknown>): string => {
  if (issue.received === 'undefined' && issue.kind === 'schema') return fieldMessage('required');
  if (isFieldMessage(issue.message)) return issue.message;
  switch (issue.type) {
    case 'object':
    case 'record':
      return fieldMessage('object');
    case 'picklist':
      return fieldMessage('one_of', plain(issue.expected));
    case 'variant':
      // Of a value that is no object, `expected` is `Object`; else it lists what the discriminator can be.
      return issue.expected === 'Object'
        ? fieldMessage('object')
        : fieldMessage('one_of', plain(issue.expected));
    case 'strict_object':
      // Of an unknown key, `expected` is `never`; of a value that is no object, it is `Object`.
      return issue.expected === 'never'
        ? fieldMessage('unknown', 'those of the documentation')
        : fieldMessage('object');
    default:
      return fieldMessage('type', plain(issue.expected));
  }
};

const plain = (expected: string | null): string =>
  (expected ?? 'unknown').replaceAll(/["()]/g, '').replaceAll(' | ', ', ').replace('Array', 'array');
