/**
 * The table of docs/endpoints.md, from the declarations that route the calls. `npm run build` writes it; a test compares.
 */
import { families } from '../api/index.ts';
import { type Access, docsOf } from '../api/kit/operation.ts';

const OTHERS = [
  ['GET /healthz', '', 'Whether Worker and database answer'],
  ['GET /docs', '', 'This table with schemas, examples and errors, to try out'],
  ['GET /openapi.json', '', 'The same as OpenAPI 3.1'],
];

const credentialOf = (access: Access): string => {
  if (typeof access === 'object') return `\`${access.scope}\``;
  return { operator: '`ADMIN_TOKEN`', community: 'any', public: '' }[access];
};

/** The table as Markdown. */
export const endpointTable = (): string => {
  const operations = families.flatMap((family) =>
    family.operations.map((operation) => [
      `${operation.method} ${operation.path}`,
      credentialOf(operation.access),
      docsOf(operation).summary,
    ]),
  );
  const rows = [...operations, ...OTHERS].map(
    ([endpoint, credential, summary]) => `| \`${endpoint}\` | ${credential} | ${summary} |`,
  );
  return ['| endpoint | scope | what it does |', '|---|---|---|', ...rows].join('\n');
};

const BEGIN = '<!-- endpoints: written by npm run build -->';
const END = '<!-- /endpoints -->';

/** The page with a table that is up to date. @throws Error where the page has no place for it */
export const withEndpointTable = (page: string): string => {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/endpoints.md needs ${BEGIN} and ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n${endpointTable()}\n${page.slice(end)}`;
};
