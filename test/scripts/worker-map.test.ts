/** A stack in the log of a deployed Worker has places of the bundle: its map says where in the sources they are. */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { bundleWorker } from '../../scripts/local/bundle.ts';

const ROOT = resolve(import.meta.dirname, '../..');

it.each([
  // The constant has gone to where it is used.
  ['src/api/kit/learn-language.ts', 'https://assets.invalid/messages.es.json', 'fetch(SPANISH_TEXTS)'],
  ['src/lib/error-text.ts', 'params: [\\s\\S]*'],
])('of the Worker that is deployed leads to the line of %s', async (file, text, read = text) => {
  const { script, map } = await bundleWorker();
  const before = script.slice(0, script.indexOf(text)).split('\n');
  const entry = new SourceMap(JSON.parse(map)).findEntry(before.length - 1, before.at(-1)?.length ?? 0);
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  expect(entry).toMatchObject({
    originalSource: expect.stringMatching(new RegExp(`(^|/)${file}$`)),
    originalLine: lines.findIndex((line) => line.includes(read)),
  });
  expect(script).not.toContain('sourceMappingURL');
});
