/** Line icons of our own, each beside a word: none says anything alone. */
const PATHS = {
  now: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3.2l2 1.3',
  hours: 'M2.5 4h11v9.5h-11zM2.5 7h11M6 4v9.5M10 4v9.5M5 2v2M11 2v2',
  people:
    'M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M1.8 13.5c0-2.5 1.9-4 4.2-4s4.2 1.5 4.2 4M10.8 8a2.2 2.2 0 1 0-.6-4.3M12 10c1.4.5 2.3 1.8 2.3 3.5',
  servers: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01',
  log: 'M3 3.5h10M3 6.5h10M3 9.5h7M3 12.5h5',
  report: 'M4 2h5.5L12.5 5v9H4zM9.5 2v3h3M6.5 8.5h4M6.5 11h4',
  webhooks:
    'M6 5.5a2 2 0 1 1 3.4 1.4L11 10M8 3.5 5.3 9.3M4.5 9a2.2 2.2 0 1 0 2.2 2.5H11M11.5 13.3a2 2 0 1 0-1-3.5',
  setup: 'M3 4.5h5M11 4.5h2M3 11.5h2M8 11.5h5M9.5 3v3M6.5 10v3',
  operator: 'M8 2l5 2v4c0 3-2.2 5-5 6-2.8-1-5-3-5-6V4zM6 8l1.5 1.5L10.3 6.5',
  good: 'M3 8.5l3.2 3L13 4.5',
  warn: 'M8 2.5l6 11H2zM8 6.5v3M8 11.5v.01',
  bad: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M6 6l4 4M10 6l-4 4',
  info: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 7.3v3.5M8 5.2v.01',
  left: 'M10 3L5 8l5 5',
  right: 'M6 3l5 5-5 5',
  download: 'M8 2.5v7.5M5 7l3 3 3-3M3 13.5h10',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3l3.2 3.2',
  copy: 'M6 6h7.5v7.5H6zM4 10H2.5V2.5H10V4',
  out: 'M6.5 3H3v10h3.5M10 5l3 3-3 3M13 8H6.5',
  plus: 'M8 3v10M3 8h10',
  edit: 'M3 13l.7-2.8L11 3l2 2-7.2 7.3z',
  minus: 'M3 8h10',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);
