import { DrizzleQueryError } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { errorText } from '../../src/lib/error-text.ts';

it('a failed query is told without the values that it was called with, on any line', () => {
  const cause = new Error('D1_ERROR: UNIQUE constraint failed: accounts.id');
  const error = new DrizzleQueryError(
    'insert into "accounts" values (?, ?)',
    ['ana', 'a\nsecret\n    line'],
    cause,
  );
  const text = errorText(error);
  expect(text).toContain(
    'Failed query: insert into "accounts" values (?, ?) (D1_ERROR: UNIQUE constraint failed',
  );
  expect(text).toMatch(/\n\s+at .*error-text\.test\.ts/);
  expect(text).not.toMatch(/ana|secret/);
});

it('any other error is told by its stack, and what is none by its text', () => {
  const error = new RangeError('too far');
  expect(errorText(error)).toBe(error.stack);
  expect(errorText('broken')).toBe('broken');
});
