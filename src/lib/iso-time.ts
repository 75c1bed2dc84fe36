const DAY_MS = 86_400_000;

const TWO = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

/** The day that was written last, as `2026-04-15T`: the times of an answer are mostly near one another. */
let day = Number.NaN;
let dayText = '';

/** An instant (epoch milliseconds, whole) as `Date` writes it, without the `Z`; in a third of the time. */
export const isoWithoutZone = (epochMs: number): string => {
  const of = Math.floor(epochMs / DAY_MS);
  if (of !== day) {
    const [date] = new Date(of * DAY_MS).toISOString().split('T', 1);
    dayText = `${date}T`;
    day = of;
  }
  const ms = epochMs - of * DAY_MS;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const rest = ms % 1000;
  const fraction = rest < 10 ? `00${rest}` : rest < 100 ? `0${rest}` : rest;
  return `${dayText}${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}.${fraction}`;
};

/** An instant (epoch milliseconds, whole) as `Date` writes it: `2026-04-15T18:00:00.000Z`. @throws RangeError */
export const isoOf = (epochMs: number): string => `${isoWithoutZone(epochMs)}Z`;
