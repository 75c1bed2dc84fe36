import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runWrangler } from './wrangler.ts';

export interface Bundle {
  /** The one module that `npm run deploy` would upload. */
  readonly script: string;
  /** Bytes. */
  readonly gzippedSize: number;
}

/** Bundles a Worker as `wrangler deploy` does, without a network. `entry` defaults to that of wrangler.toml. */
export const bundleWorker = async (entry?: string): Promise<Bundle> => {
  const directory = mkdtempSync(join(tmpdir(), 'rollcall-bundle-'));
  try {
    await runWrangler(['deploy', ...(entry ? [entry] : []), '--dry-run', '--outdir', directory]);
    const modules = readdirSync(directory).filter((name) => !/\.map$|^README\.md$/.test(name));
    const [name = ''] = modules;
    if (modules.length !== 1)
      throw new Error(`Expected one module in the upload, not ${modules.join(', ')}.`);
    const script = readFileSync(join(directory, name), 'utf8');
    return { script, gzippedSize: gzipSync(script).byteLength };
  } finally {
    rmSync(directory, { recursive: true });
  }
};
