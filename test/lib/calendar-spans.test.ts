import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarSpans } from '../../src/lib/calendar-spans.ts';
import { HOUR, MINUTE } from '../helpers.ts';
import { CLOCK_CHANGES, wallClock, ZONES } from './wall-clock.ts';

const at = (text: string) => Date.parse(text);

const lengths = (zone: string, unit: 'day' | 'hour', from: string, to: string) =>
  calendarSpans(zone, unit, at(from), at(to)).map(
    ({ label, start, end }) => [label, (end - start) / HOUR] as const,
  );

describe('days', () => {
  it('have 23 hours where the clocks go forward, and 25 where they go back', () => {
    expect(lengths('Europe/Madrid', 'day', '2026-03-27T23:00:00Z', '2026-03-30T22:00:00Z')).toEqual([
      ['2026-03-28', 24],
      ['2026-03-29', 23],
      ['2026-03-30', 24],
    ]);
    expect(lengths('America/New_York', 'day', '2026-10-31T04:00:00Z', '2026-11-03T05:00:00Z')).toEqual([
      ['2026-10-31', 24],
      ['2026-11-01', 25],
      ['2026-11-02', 24],
    ]);
  });

  it('begin and end with the period', () => {
    expect(lengths('UTC', 'day', '2026-04-15T18:00:00Z', '2026-04-16T06:30:00Z')).toEqual([
      ['2026-04-15', 6],
      ['2026-04-16', 6.5],
    ]);
    expect(lengths('UTC', 'day', '2026-04-15T00:00:00Z', '2026-04-15T00:00:00Z')).toEqual([]);
  });

  it('may begin at one o’clock, may be missing, and may go on after the next one has begun', () => {
    // Santiago goes forward at midnight.
    expect(lengths('America/Santiago', 'day', '2026-09-05T04:00:00Z', '2026-09-07T03:00:00Z')).toEqual([
      ['2026-09-05', 24],
      ['2026-09-06', 23],
    ]);
    // Samoa went over the date line: no 30 December 2011.
    expect(lengths('Pacific/Apia', 'day', '2011-12-29T10:00:00Z', '2011-12-31T10:00:00Z')).toEqual([
      ['2011-12-29', 24],
      ['2011-12-31', 24],
    ]);
    // St John's went back from 00:01 to 23:01 of the day before.
    expect(lengths('America/St_Johns', 'day', '2010-11-06T02:30:00Z', '2010-11-08T03:30:00Z')).toEqual([
      ['2010-11-06', 24],
      ['2010-11-07', 1 / 60],
      ['2010-11-06', 59 / 60],
      ['2010-11-07', 24],
    ]);
  });
});

describe('hours', () => {
  it('that come twice are told apart by their offset; one that the clocks skip is not there', () => {
    const back = lengths('Europe/Madrid', 'hour', '2026-10-24T23:30:00Z', '2026-10-25T02:00:00Z');
    expect(back).toEqual([
      ['2026-10-25T01:00:00.000+02:00', 0.5],
      ['2026-10-25T02:00:00.000+02:00', 1],
      ['2026-10-25T02:00:00.000+01:00', 1],
    ]);
    const forward = lengths('Europe/Madrid', 'hour', '2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z');
    expect(forward).toEqual([
      ['2026-03-29T01:00:00.000+01:00', 1],
      ['2026-03-29T03:00:00.000+02:00', 1],
    ]);
  });

  it('follow zones that are half an hour off, and change by half an hour', () => {
    expect(lengths('Asia/Kolkata', 'hour', '2026-04-15T00:00:00Z', '2026-04-15T01:00:00Z')).toEqual([
      ['2026-04-15T05:00:00.000+05:30', 0.5],
      ['2026-04-15T06:00:00.000+05:30', 0.5],
    ]);
    expect(lengths('Australia/Lord_Howe', 'hour', '2026-04-04T14:00:00Z', '2026-04-04T16:30:00Z')).toEqual([
      ['2026-04-05T01:00:00.000+11:00', 1],
      ['2026-04-05T01:00:00.000+10:30', 0.5],
      ['2026-04-05T02:00:00.000+10:30', 1],
    ]);
  });
});

describe('in any zone and period', () => {
  it('every minute lies in the span that the wall clock says, and no minute is left out', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.constantFrom('day' as const, 'hour' as const),
        // Most of them close before a change of the clocks somewhere.
        fc.oneof(
          fc.integer({ min: at('2009-01-01T00:00:00Z') / MINUTE, max: at('2031-01-01T00:00:00Z') / MINUTE }),
          fc
            .tuple(fc.constantFrom(...CLOCK_CHANGES), fc.integer({ min: 0, max: 2 * 24 * 60 }))
            .map(([change, before]) => change / MINUTE - before),
        ),
        fc.integer({ min: 1, max: 4 * 24 * 60 }),
        (zone, unit, fromMinute, minutes) => {
          const from = fromMinute * MINUTE;
          const to = from + minutes * MINUTE;
          const label = wallClock(zone, unit);
          const model: [string, number][] = [];
          for (let minute = from; minute < to; minute += MINUTE) {
            const name = label(minute);
            const last = model.at(-1);
            if (last?.[0] === name) last[1] += MINUTE;
            else model.push([name, MINUTE]);
          }
          const spans = calendarSpans(zone, unit, from, to);
          expect(spans.map((span) => [span.label, span.end - span.start])).toEqual(model);
          expect(spans[0]?.start).toBe(from);
          for (const [index, span] of spans.entries()) expect(span.end).toBe(spans[index + 1]?.start ?? to);
        },
      ),
      { numRuns: 60 },
    );
  });
});
