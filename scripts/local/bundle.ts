import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Plugin, rolldown } from 'rolldown';
import { unstable_readConfig as readConfig } from 'wrangler';
import { sqlLines } from './sql-lines.ts';
import { withoutIndexes } from './without-indexes.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Bundle {
  /** The one module that `npm run deploy` uploads. */
  readonly script: string;
  /** Where in the sources each of its places is, as a source map. */
  readonly map: string;
  /** Bytes. */
  readonly gzippedSize: number;
}

/**
 * gzip looks back 32 KiB. What is imported first comes first in the bundle: so SQL stands beside SQL, and the core before
 * the families, whose modules would else lie between its own.
 */
const kindsTogether = (entry: string): Plugin => ({
  name: 'kinds-together',
  transform: (code, id) => {
    if (id !== entry) return null;
    const kinds = ['src/core/**/*queries.ts', 'src/core/**/*.ts'];
    const first = kinds.flatMap((pattern) => globSync(pattern, { cwd: ROOT }).sort());
    const imports = first.map((file) => `import ${JSON.stringify(resolve(ROOT, file))};`);
    return { code: imports.join('') + code, map: null };
  },
});

/**
 * Bundles a Worker as it is deployed. wrangler's own bundler makes 14 KiB more of the same modules, and takes no plugins;
 * it serves `npm start`. @param entry defaults to that of wrangler.toml
 */
export const bundleWorker = async (entry?: string): Promise<Bundle> => {
  const { main = '', define } = readConfig({ config: resolve(ROOT, 'wrangler.toml') });
  const input = resolve(ROOT, entry ?? main);
  const build = await rolldown({
    input,
    platform: 'browser',
    // What wrangler asks of a package, in its order.
    resolve: { conditionNames: ['workerd', 'worker', 'browser'] },
    external: /^cloudflare:/,
    transform: { target: 'es2024', define },
    treeshake: { propertyReadSideEffects: false, unknownGlobalSideEffects: false },
    plugins: [sqlLines, withoutIndexes, ...(entry === undefined ? [kindsTogether(input)] : [])],
  });
  const { output } = await build.generate({
    minify: true,
    codeSplitting: false,
    comments: false,
    sourcemap: 'hidden',
  });
  await build.close();
  const [{ code: script, map }, ...others] = output;
  if (others.some(({ type }) => type === 'chunk'))
    throw new Error(`Expected one module, not ${output.length}.`);
  return { script, map: map?.toString() ?? '', gzippedSize: gzipSync(script).byteLength };
};
