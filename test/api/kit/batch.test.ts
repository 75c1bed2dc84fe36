import * as v from 'valibot';
import { expect, it } from 'vitest';
import { eachOf } from '../../../src/api/kit/batch.ts';
import { Fault } from '../../../src/api/kit/fault.ts';
import { withShortcut } from '../../../src/api/kit/fields.ts';

it('a list takes the short way of its items, but for those of a schema that checks more', () => {
  const short = withShortcut(v.string(), (value) => (value === 'plain' ? 'short' : undefined));
  const strict = v.pipe(
    short,
    v.check((value) => value !== 'short', 'is too short'),
  );
  const read = (item: v.GenericSchema, values: unknown[]) => v.parse(eachOf(item, 2), values);
  expect(read(short, ['plain', 'other'])).toEqual([{ value: 'short' }, { value: 'other' }]);
  const [refused, taken] = read(strict, ['plain', 'other']);
  expect(refused?.fault).toBeInstanceOf(Fault);
  expect(taken).toEqual({ value: 'other' });
});
