/**
 * The tables of docs/endpoints.md, from the declarations that route the calls. `npm run build` writes it; a test compares.
 */
import { families } from '../api/index.ts';
import { type Access, docsOf } from '../api/kit/operation.ts';

/** What is no operation of a family: the path, its credential, what it does. */
const OTHERS: readonly Row[] = [
  ['GET /healthz', '—', 'Whether Worker and database answer'],
  ['GET /docs', '—', 'This table with schemas, examples and errors, to try out'],
  ['GET /openapi.json', '—', 'The same as OpenAPI 3.1'],
  ['GET /openapi.es.json', '—', 'The same in Spanish'],
];

type Row = readonly [endpoint: string, credential: string, summary: string];

const credentialOf = (access: Access): string => {
  if (typeof access === 'object') return `\`${access.scope}\``;
  return { operator: '`ADMIN_TOKEN`', community: 'any', public: '—' }[access];
};

/** The tables as Markdown, one a tag, in the order of the families. */
export const endpointTable = (): string => {
  const byTag = new Map<string, Row[]>();
  for (const operation of families.flatMap((family) => family.operations)) {
    const { tag, summary } = docsOf(operation);
    const rows = byTag.get(tag) ?? [];
    rows.push([`${operation.method} ${operation.path}`, credentialOf(operation.access), summary]);
    byTag.set(tag, rows);
  }
  byTag.set('Health and documents', [...OTHERS]);
  return [...byTag].map(([tag, rows]) => [`## ${tag}`, '', ...toTable(rows)].join('\n')).join('\n\n');
};

const toTable = (rows: readonly Row[]): string[] => [
  '| endpoint | scope | what it does |',
  '|---|---|---|',
  ...rows.map(([endpoint, credential, summary]) => `| \`${endpoint}\` | ${credential} | ${summary} |`),
];

const BEGIN = '<!-- endpoints: written by npm run build -->';
const END = '<!-- /endpoints -->';

/** The page with tables that are up to date. @throws Error where the page has no place for it */
export const withEndpointTable = (page: string): string => {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/endpoints.md needs ${BEGIN} and ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${endpointTable()}\n\n${page.slice(end)}`;
};
