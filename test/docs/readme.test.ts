import { describe, expect, it } from 'vitest';
import endpoints from '../../docs/endpoints.md?raw';
import settings from '../../docs/settings.md?raw';
import { SETTINGS_EXAMPLE } from '../../src/api/wire/access.ts';
import { withEndpointTable } from '../../src/docs/endpoint-table.ts';

/** A path as Vite writes it, relative to this file → relative to the repository's root. */
const fromRoot = (path: string): string => new URL(path, 'http://root/test/docs/').pathname.slice(1);

/** The text of each page by its path. */
const PAGES = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>(['../../*.md', '../../docs/**/*.md', '../../examples/**/*.md'], {
      query: '?raw',
      import: 'default',
      eager: true,
    }),
  ).map(([path, text]) => [fromRoot(path), text]),
);
/** The paths of all files that a page may link to; none of them is loaded. */
const FILES = new Set(
  Object.keys(
    import.meta.glob(
      [
        '../../*',
        '../../.dev.vars.example',
        '../../{bench,docs,examples,public,scripts,src,test,drizzle}/**/*',
      ],
      { query: '?raw' },
    ),
  ).map(fromRoot),
);

/** The text without fenced blocks and comments, where `[a](b)` is no link. */
const prose = (page: string): string => page.replaceAll(/^```.*?^```$|<!--.*?-->/gms, '');

/** What the page runs, without the comments between. */
const commands = (page: string): string[] =>
  [...page.matchAll(/^```sh run\n(.*?)^```/gms)].flatMap(([, block = '']) =>
    block.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
  );

/** The anchors of a page's headings, as GitHub makes them. */
const anchors = (page: string): string[] =>
  [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** `docs/adr/x.md` + `../presence.md#a` → `docs/presence.md` and `a`. */
const resolve = (from: string, link: string): { path: string; anchor: string | undefined } => {
  const [file = '', anchor] = link.split('#', 2);
  const { pathname } = new URL(file || from.replace(/.*\//, ''), `http://root/${from}`);
  return { path: decodeURIComponent(pathname.slice(1)), anchor };
};

const isThere = (path: string): boolean =>
  FILES.has(path) || [...FILES].some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`));

describe('the papers', () => {
  it('the table of docs/endpoints.md is up to date (npm run build writes it)', () => {
    expect(withEndpointTable(endpoints)).toBe(endpoints);
  });

  it.each(['README.md', 'README.es.md'])('%s has at most 150 lines', (path) => {
    expect((PAGES[path] ?? '').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
    expect(PAGES[path]).toBeDefined();
  });

  it.each([
    ['README.md', 'README.es.md'],
    ['docs/activity-log.md', 'docs/activity-log.es.md'],
  ])('%s and its translation %s run the same commands', (original, translation) => {
    expect(commands(PAGES[original] ?? '').length).toBeGreaterThan(2);
    expect(commands(PAGES[translation] ?? '')).toEqual(commands(PAGES[original] ?? ''));
  });

  it.each(Object.keys(PAGES))('%s: each link leads somewhere', (from) => {
    const broken = [...prose(PAGES[from] ?? '').matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^(https?|mailto):/.test(link))
      .filter((link) => {
        const { path, anchor } = resolve(from, link);
        if (!isThere(path)) return true;
        const page = PAGES[path];
        return anchor !== undefined && page !== undefined && !anchors(page).includes(anchor);
      });
    expect(broken).toEqual([]);
  });

  it.each(Object.keys(PAGES).filter((path) => !path.includes('/adr/')))(
    '%s: each file of ours that it names is there',
    (from) => {
      const named = [...(PAGES[from] ?? '').matchAll(/`((?:bench|drizzle|scripts|src|test)\/[\w./-]+)`/g)];
      expect(named.map(([, path = '']) => path).filter((path) => !isThere(path))).toEqual([]);
    },
  );

  it('docs/settings.md has each setting with its default', () => {
    const rows = [...settings.matchAll(/^\| `(\w+)` \| `?([\w./-]+)`? \|/gm)];
    const told = Object.fromEntries(rows.map(([, name, value]) => [name, value]));
    const real = Object.entries(SETTINGS_EXAMPLE).map(([name, value]) => [name, String(value)]);
    expect(told).toEqual(Object.fromEntries(real));
  });

  it('each guide is linked from the README or from docs/README.md', () => {
    const linked = new Set(
      ['README.md', 'docs/README.md'].flatMap((from) =>
        [...(PAGES[from] ?? '').matchAll(/\]\(([^)\s]+)\)/g)].map(
          ([, link = '']) => resolve(from, link).path,
        ),
      ),
    );
    const guides = Object.keys(PAGES).filter(
      (path) => /^docs\/[^/]+\.md$/.test(path) && path !== 'docs/README.md',
    );
    expect(guides.filter((path) => !linked.has(path))).toEqual([]);
  });
});
