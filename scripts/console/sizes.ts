import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';

/** Bytes, gzipped: the first view, one with a chart, and all that there is. */
export const BUDGETS = { first: 45 * 1024, chart: 70 * 1024, all: 150 * 1024 };
export type Sizes = Record<keyof typeof BUDGETS, number>;

/** What the browser reads for each kind of view, in one language. `root` is where the metafile's paths begin. */
export const measureSizes = (metafile: Metafile, root: string): Sizes => {
  const sizes = new Map(
    Object.keys(metafile.outputs).map((path) => [
      path,
      gzipSync(readFileSync(resolve(root, path)), { level: 9 }).length,
    ]),
  );
  const outputOf = (source: string): string => {
    const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(source));
    if (!found) throw new Error(`The console's build has no ${source}.`);
    return found[0];
  };
  /** An output with all that it imports at once. */
  const closure = (path: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const { path: imported, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') closure(imported, seen);
    }
    return seen;
  };
  const sum = (sources: readonly string[]): number => {
    const paths = new Set(sources.flatMap((source) => [...closure(outputOf(source))]));
    return [...paths].reduce((total, path) => total + (sizes.get(path) ?? 0), 0);
  };
  const languages = ['i18n/en.ts', 'i18n/es.ts'].map((source) => sum(['console/main.tsx', source]));
  const largest =
    languages[0] !== undefined && languages[1] !== undefined && languages[1] > languages[0]
      ? 'i18n/es.ts'
      : 'i18n/en.ts';
  const first = ['console/main.tsx', 'console/styles.css', 'screens/now.tsx', largest];
  const hasChart = Object.values(metafile.outputs).some(({ entryPoint }) =>
    entryPoint?.endsWith('ui/line-chart.tsx'),
  );
  return {
    first: sum(first),
    chart: sum(hasChart ? [...first, 'ui/line-chart.tsx'] : first),
    all: [...sizes.values()].reduce((total, size) => total + size, 0),
  };
};
