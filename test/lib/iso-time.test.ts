import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoOf, isoWithoutZone } from '../../src/lib/iso-time.ts';

describe('isoOf', () => {
  it('writes what Date writes, for every instant that Date knows', () => {
    const day = 86_400_000;
    const instant = fc.oneof(
      fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }),
      fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_000 + 3 * day }),
      fc.constantFrom(
        0,
        -1,
        1,
        999,
        1000,
        day - 1,
        day,
        -day,
        253_402_300_799_999,
        253_402_300_800_000,
        -62_167_219_200_001,
      ),
    );
    fc.assert(
      fc.property(fc.array(instant, { minLength: 1, maxLength: 5 }), (instants) => {
        for (const epochMs of instants) expect(isoOf(epochMs)).toBe(new Date(epochMs).toISOString());
      }),
      { numRuns: 2000 },
    );
    expect(isoWithoutZone(1_397_390_319_184)).toBe('2014-04-13T11:58:39.184');
  });

  it('refuses what is no instant', () => {
    expect(() => isoOf(Number.NaN)).toThrow(RangeError);
    expect(() => isoOf(8_640_000_100_000_000)).toThrow(RangeError);
  });
});
