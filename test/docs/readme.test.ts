import { describe, expect, it } from 'vitest';
import endpoints from '../../docs/endpoints.md?raw';
import readme from '../../README.md?raw';
import { withEndpointTable } from '../../src/docs/endpoint-table.ts';

const ROOT = '../../';
const PAGES = import.meta.glob<string>(['../../*.md', '../../docs/**/*.md', '../../examples/**/*.md'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
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
  ).map((path) => path.slice(ROOT.length)),
);

/** The text without fenced blocks, where `[a](b)` is no link. */
const prose = (page: string): string => page.replaceAll(/^```.*?^```$/gms, '');

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

  it('the README has at most 150 lines', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it.each(Object.keys(PAGES))('%s: each link leads somewhere', (key) => {
    const from = key.slice(ROOT.length);
    const broken = [...prose(PAGES[key] ?? '').matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^(https?|mailto):/.test(link))
      .filter((link) => {
        const { path, anchor } = resolve(from, link);
        if (!isThere(path)) return true;
        const page = PAGES[`${ROOT}${path}`];
        return anchor !== undefined && page !== undefined && !anchors(page).includes(anchor);
      });
    expect(broken).toEqual([]);
  });

  it('each guide is linked from the README or from docs/README.md', () => {
    const linked = new Set(
      ['README.md', 'docs/README.md'].flatMap((from) =>
        [...(PAGES[`${ROOT}${from}`] ?? '').matchAll(/\]\(([^)\s]+)\)/g)].map(
          ([, link = '']) => resolve(from, link).path,
        ),
      ),
    );
    const guides = Object.keys(PAGES).map((key) => key.slice(ROOT.length));
    const lost = guides.filter((path) => /^docs\/[^/]+\.md$/.test(path) && path !== 'docs/README.md');
    expect(lost.filter((path) => !linked.has(path))).toEqual([]);
  });
});
