import { describe, expect, it } from 'vitest';
import { prefers, readAccepted } from '../../../src/api/kit/accept.ts';

it('what is accepted comes best first, without what is refused', () => {
  expect(readAccepted('es-MX, en;q=0.5 ,de;q=0,FR; Q=0.8,, x;q=no')).toEqual([
    { value: 'es-mx', weight: 1 },
    { value: 'fr', weight: 0.8 },
    { value: 'en', weight: 0.5 },
  ]);
});

describe('CSV is preferred to JSON by', () => {
  it.each([
    ['text/csv', true],
    ['Text/CSV; charset=utf-8', true],
    ['text/*', true],
    ['text/csv, */*', true],
    ['text/csv, application/json', true],
    ['application/json;q=0.4, text/csv;q=0.5', true],
    ['text/csv, */*;q=0.1', true],
    ['application/json, text/csv', false],
    ['text/csv;q=0.4, application/json;q=0.5', false],
    ['text/csv;q=0.5, */*;q=0.8', false],
    ['text/csv;q=0', false],
    ['*/*', false],
    ['application/*', false],
    ['image/png', false],
    ['', false],
  ])('%j: %j', (header, expected) => {
    expect(prefers(header, 'text/csv', 'application/json')).toBe(expected);
  });
});
