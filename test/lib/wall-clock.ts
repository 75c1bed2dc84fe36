/** What a clock on the wall of a zone shows, asked of Intl alone: the model that days and hours are tested against. */

export const ZONES = [
  'UTC',
  'Europe/Madrid',
  'America/New_York',
  'America/Santiago',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
] as const;

/** Instants at which some of the zones change their clocks. */
export const CLOCK_CHANGES = [
  '2010-11-07T02:31:00Z',
  '2011-12-30T10:00:00Z',
  '2026-02-15T02:00:00Z',
  '2026-03-08T07:00:00Z',
  '2026-03-29T01:00:00Z',
  '2026-04-04T14:00:00Z',
  '2026-04-04T15:00:00Z',
  '2026-04-05T03:00:00Z',
  '2026-09-06T04:00:00Z',
  '2026-10-25T01:00:00Z',
  '2026-11-01T06:00:00Z',
].map((text) => Date.parse(text));

/** Names the day or the hour of a zone that an instant lies in, as `calendarSpans` labels it. */
export const wallClock = (zone: string, unit: 'day' | 'hour'): ((epochMs: number) => string) => {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    timeZoneName: 'longOffset',
  });
  return (epochMs) => {
    const parts = Object.fromEntries(format.formatToParts(epochMs).map(({ type, value }) => [type, value]));
    const day = `${parts.year}-${parts.month}-${parts.day}`;
    const offset = parts.timeZoneName?.replace('GMT', '') || '+00:00';
    return unit === 'day' ? day : `${day}T${parts.hour}:00:00.000${offset}`;
  };
};
