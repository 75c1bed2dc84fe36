import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countOnline } from '../../../src/core/sessions/online-steps.ts';

it('who leaves when another one comes was not on at the same time', () => {
  const steps = [
    { start: 0, end: 10 },
    { start: 10, end: 20 },
  ];
  expect(
    countOnline(steps, [
      [0, 5],
      [5, 10],
      [10, 12],
      [12, 12],
    ]),
  ).toEqual([
    { start: 0, end: 10, max: 1, mean: 1 },
    { start: 10, end: 20, max: 1, mean: 0.2 },
  ]);
});

it('is what counting at every instant gives', () => {
  const at = fc.integer({ min: 0, max: 60 });
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(at, at).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
        { maxLength: 20 },
      ),
      fc.uniqueArray(at, { minLength: 2, maxLength: 8 }),
      (intervals, borders) => {
        borders.sort((a, b) => a - b);
        const steps = borders.slice(1).map((end, index) => ({ start: borders[index] ?? 0, end }));
        expect(countOnline(steps, intervals)).toEqual(
          steps.map(({ start, end }) => {
            const counts = Array.from(
              { length: end - start },
              (_, n) => intervals.filter(([from, to]) => from <= start + n && to > start + n).length,
            );
            const sum = counts.reduce((all, count) => all + count, 0);
            return { start, end, max: Math.max(...counts), mean: sum / (end - start) };
          }),
        );
      },
    ),
  );
});
