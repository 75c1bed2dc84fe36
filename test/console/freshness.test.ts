import { expect, it } from 'vitest';
import { Freshness } from '../../src/console/kit/freshness.ts';

it('reads ask the database itself for a minute after a change of ours, and the nearest copy at other times', () => {
  let now = 1_000_000;
  const freshness = new Freshness(() => now);
  expect(freshness.headerFor('GET')).toBeUndefined();
  freshness.note('GET');
  expect(freshness.headerFor('GET')).toBeUndefined();
  freshness.note('POST');
  expect(freshness.headerFor('GET')).toEqual(['X-D1-Bookmark', 'first-primary']);
  expect(freshness.headerFor('POST')).toBeUndefined();
  now += 59_999;
  expect(freshness.headerFor('GET')).toEqual(['X-D1-Bookmark', 'first-primary']);
  now += 1;
  expect(freshness.headerFor('GET')).toBeUndefined();
});
