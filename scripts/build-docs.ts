/** `npm run build`: the OpenAPI document in English and Spanish, the API's Spanish messages, the table of docs/endpoints.md, the viewer. */
import '../src/docs/with-docs.ts';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { families } from '../src/api/index.ts';
import { SPANISH } from '../src/api/kit/spanish.ts';
import { withEndpointTable } from '../src/docs/endpoint-table.ts';
import { buildOpenApi } from '../src/docs/openapi.ts';
import { translate } from '../src/docs/spanish.ts';

const ROOT = resolve(import.meta.dirname, '..');
const VIEWER = join(ROOT, 'public/docs');

/** Writes docs/endpoints.md (committed: a test compares it), public/openapi.json, its Spanish, and public/docs (not committed). */
export const buildDocs = (): void => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const document = buildOpenApi(families, version);
  writeIfChanged(join(ROOT, 'public/openapi.json'), `${JSON.stringify(document)}\n`);
  // What has no Spanish yet stays English: a test says what is missing, and a start does not fail of it.
  writeIfChanged(join(ROOT, 'public/openapi.es.json'), `${JSON.stringify(translate(document).document)}\n`);
  // What the Worker learns when it is first asked in Spanish.
  writeIfChanged(join(ROOT, 'public/messages.es.json'), `${JSON.stringify(SPANISH)}\n`);
  const endpoints = join(ROOT, 'docs/endpoints.md');
  writeIfChanged(endpoints, withEndpointTable(readFileSync(endpoints, 'utf8')));

  const source = join(ROOT, 'src/docs/viewer');
  mkdirSync(VIEWER, { recursive: true });
  for (const name of readdirSync(source)) {
    writeIfChanged(join(VIEWER, name), readFileSync(join(source, name), 'utf8'));
  }
  // What an older version has put there would be deployed, too.
  for (const name of readdirSync(VIEWER)) {
    if (!existsSync(join(source, name))) rmSync(join(VIEWER, name));
  }
};

/** A start must not touch what is up to date: the checkout may be read-only, and a second start may read it. */
const writeIfChanged = (path: string, text: string): void => {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
};

if (import.meta.main) buildDocs();
