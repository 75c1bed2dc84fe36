/**
 * `npm run build:client`: the typed client as a package folder, dist/client, ready to publish. With `--types-only` just the
 * types that the console's own code is checked with.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { generateTypes } from './client/generate-types.ts';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'src/client');
const TARGET = join(ROOT, 'dist/client');

const readPackage = () =>
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
    license: string;
    devDependencies: Record<string, string>;
  };

/** Writes src/client/schema.d.ts out of public/openapi.json, which must be there. */
export const buildClientTypes = (): void => {
  const document = JSON.parse(readFileSync(join(ROOT, 'public/openapi.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  writeFileSync(join(SOURCE, 'schema.d.ts'), generateTypes(document));
};

const buildClient = async (): Promise<void> => {
  buildClientTypes();
  rmSync(TARGET, { recursive: true, force: true });
  mkdirSync(TARGET, { recursive: true });
  await build({
    entryPoints: [join(SOURCE, 'index.ts')],
    outfile: join(TARGET, 'index.js'),
    format: 'esm',
    target: 'es2022',
    bundle: true,
    packages: 'external',
  });
  copyFileSync(join(SOURCE, 'schema.d.ts'), join(TARGET, 'schema.d.ts'));
  // The types of the one module are its text without what runs.
  writeFileSync(join(TARGET, 'index.d.ts'), declarations(readFileSync(join(SOURCE, 'index.ts'), 'utf8')));
  copyFileSync(join(SOURCE, 'README.md'), join(TARGET, 'README.md'));
  const { version, license, devDependencies } = readPackage();
  writeFileSync(
    join(TARGET, 'package.json'),
    `${JSON.stringify(
      {
        name: 'rollcall-client',
        version,
        description: 'The typed client of a Rollcall installation, made out of its OpenAPI document.',
        license,
        type: 'module',
        sideEffects: false,
        exports: { '.': { types: './index.d.ts', default: './index.js' } },
        files: ['index.js', 'index.d.ts', 'schema.d.ts', 'README.md'],
        dependencies: { 'openapi-fetch': devDependencies['openapi-fetch'] },
      },
      null,
      2,
    )}\n`,
  );
  console.log(`The client stands in ${TARGET}: npm publish ${TARGET}`);
};

const declarations = (source: string): string =>
  source
    .replace('import createFetchClient, { type Client }', 'import type { Client }')
    .replace(
      /^export const createRollcall = \([\s\S]*$/m,
      'export declare const createRollcall: (options: RollcallOptions) => RollcallClient;\n',
    );

if (import.meta.main) {
  if (process.argv.includes('--types-only')) buildClientTypes();
  else await buildClient();
}
