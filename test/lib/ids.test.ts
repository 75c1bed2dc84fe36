import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newUuidV7, timeOfUuidV7 } from '../../src/lib/ids.ts';

it('a UUID v7 has its version, its variant and its time, and sorts by it', () => {
  const instant = fc.oneof(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.constantFrom(0, 1, 2 ** 48 - 1));
  fc.assert(
    fc.property(instant, instant, (a, b) => {
      const [first, second] = [newUuidV7(a), newUuidV7(b)];
      expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(timeOfUuidV7(first)).toBe(a);
      if (a !== b) expect(first < second).toBe(a < b);
    }),
  );
});

it('each bit of a UUID v7 that is random is set in one of many, and not in all of them', () => {
  const ids = Array.from({ length: 200 }, () => BigInt(`0x${newUuidV7(0).replaceAll('-', '')}`));
  const ever = ids.reduce((set, id) => set | id);
  const always = ids.reduce((set, id) => set & id);
  expect((ever ^ always).toString(16)).toBe('fff3fffffffffffffff');
});

it('a UUID v7 is of no time beyond its 48 bits', () => {
  for (const time of [-1, 0.5, 2 ** 48, Number.NaN]) expect(() => newUuidV7(time)).toThrow(RangeError);
});
