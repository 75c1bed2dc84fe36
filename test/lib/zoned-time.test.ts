import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ZonedFormat, zonedFormat } from '../../src/lib/zoned-time.ts';

const ZONES = [
  'UTC',
  'Europe/Madrid',
  'America/New_York',
  'America/Bogota',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Africa/Casablanca',
];

describe('zonedFormat', () => {
  it('writes the form of the contract', () => {
    const epochMs = Date.parse('2014-04-01T21:58:39.184Z');
    expect(zonedFormat('America/Bogota')(epochMs)).toBe('2014-04-01T16:58:39.184-05:00');
    expect(zonedFormat('UTC')(epochMs)).toBe('2014-04-01T21:58:39.184+00:00');
    expect(zonedFormat('Asia/Kathmandu')(epochMs)).toBe('2014-04-02T03:43:39.184+05:45');
  });

  it('knows both nights of the year in which the clocks change', () => {
    const madrid = zonedFormat('Europe/Madrid');
    const at = (utc: string) => madrid(Date.parse(utc));
    expect(at('2026-03-29T00:59:59.999Z')).toBe('2026-03-29T01:59:59.999+01:00');
    expect(at('2026-03-29T01:00:00.000Z')).toBe('2026-03-29T03:00:00.000+02:00');
    expect(at('2026-10-25T00:59:59.999Z')).toBe('2026-10-25T02:59:59.999+02:00');
    expect(at('2026-10-25T01:00:00.000Z')).toBe('2026-10-25T02:00:00.000+01:00');
    // Newfoundland changed at one minute past midnight, in the middle of an hour of UTC.
    const stJohns = zonedFormat('America/St_Johns');
    expect(stJohns(Date.parse('2010-03-14T03:30:59.999Z'))).toBe('2010-03-14T00:00:59.999-03:30');
    expect(stJohns(Date.parse('2010-03-14T03:31:00.000Z'))).toBe('2010-03-14T01:01:00.000-02:30');
  });

  it('names the same instant as Intl does, in any zone at any time', () => {
    const formats: Record<string, { ours: ZonedFormat; theirs: Intl.DateTimeFormat }> = Object.fromEntries(
      ZONES.map((timeZone) => [
        timeZone,
        {
          ours: zonedFormat(timeZone),
          theirs: new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }),
        },
      ]),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.parse('1975-01-01T00:00:00Z'), max: Date.parse('2100-01-01T00:00:00Z') }),
        (timeZone, epochMs) => {
          const text = formats[timeZone]?.ours(epochMs) ?? '';
          expect(Date.parse(text)).toBe(epochMs);
          expect(text.slice(0, 19).replace('T', ' ')).toBe(formats[timeZone]?.theirs.format(epochMs));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
