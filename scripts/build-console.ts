/** `npm run build:console`: the browser's side, from src/console to public/console (not committed). Fails above its sizes. */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { BUDGETS, measureSizes, type Sizes } from './console/sizes.ts';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'src/console');
const TARGET = join(ROOT, 'public/console');

/** @throws Error where a view has grown beyond its budget */
export const buildConsole = async (): Promise<Sizes> => {
  mkdirSync(TARGET, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(SOURCE, 'main.tsx'), join(SOURCE, 'styles.css')],
    outdir: TARGET,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
    minify: true,
    metafile: true,
    chunkNames: 'chunks/[name]-[hash]',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    tsconfigRaw: {},
  });
  copyFileSync(join(SOURCE, 'index.html'), join(TARGET, 'index.html'));
  removeOthers([
    join(TARGET, 'index.html'),
    ...Object.keys(metafile.outputs).map((path) => join(ROOT, path)),
  ]);
  const sizes = measureSizes(metafile, ROOT);
  for (const [view, budget] of Object.entries(BUDGETS) as [keyof Sizes, number][]) {
    if (sizes[view] > budget) {
      throw new Error(
        `The console's "${view}" has ${sizes[view]} bytes gzipped; at most ${budget} are allowed.`,
      );
    }
  }
  return sizes;
};

/** Deletes what an earlier build left. Not before the build: a server that watches the folder would lose it. */
const removeOthers = (kept: readonly string[]): void => {
  for (const entry of readdirSync(TARGET, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.includes(path)) rmSync(path);
  }
};

if (import.meta.main) {
  const { first, chart, all } = await buildConsole();
  const kib = (bytes: number) => (bytes / 1024).toFixed(1);
  console.log(
    `The console has ${kib(first)} KiB gzipped at the first view, ${kib(chart)} with a chart, ${kib(all)} in all.`,
  );
}
