import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { entrySchema, readPlainEntry } from '../../../src/api/wire/log-entry.ts';

const textOf = (length: number) => 'x'.repeat(length);
/** What a field can be, the bounds of its length and what no database takes among them. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    'tiktok',
    ...[1, 128, 129, 256, 257, 4096, 4097].map(textOf),
    '😀'.repeat(128),
    'a\0b',
    'cut \ud83d',
    0,
    -0,
    -1,
    1.5,
    1_707_725_000,
    4_102_444_800,
    4_102_444_801,
    2 ** 53,
    Number.NaN,
    true,
    [],
    {},
    ['tiktok'],
  ),
  fc.string(),
);
const FIELDS = ['platform', 'serial', 'action_type', 'action_detail', 'username', 'timestamp', 'event_id'];
const entry = fc.record(Object.fromEntries([...FIELDS, 'other'].map((name) => [name, value])), {
  requiredKeys: [],
});
const plain = { platform: 'tiktok', serial: 's1', action_type: 'post' };

describe('the short way to read a log entry', () => {
  it('says what the schema says, or nothing', () => {
    let read = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          entry,
          entry.map((given) => ({ ...given, ...plain })),
          value,
        ),
        (input) => {
          const short = readPlainEntry(structuredClone(input));
          if (short === undefined) return;
          read += 1;
          expect(v.safeParse(entrySchema, input)).toMatchObject({ success: true, output: short });
          expect(Object.keys(short)).toHaveLength(7);
        },
      ),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it('is taken by an entry with and without what may be absent', () => {
    const all = { ...plain, action_detail: 'd', username: 'u', timestamp: 1_707_725_000, event_id: 'e' };
    expect(readPlainEntry(all)).toEqual({
      platform: 'tiktok',
      serial: 's1',
      actionType: 'post',
      actionDetail: 'd',
      username: 'u',
      timestamp: 1_707_725_000,
      eventId: 'e',
    });
    expect(readPlainEntry({ ...plain, timestamp: null })).toEqual({
      platform: 'tiktok',
      serial: 's1',
      actionType: 'post',
      actionDetail: null,
      username: null,
      timestamp: null,
      eventId: null,
    });
  });
});
