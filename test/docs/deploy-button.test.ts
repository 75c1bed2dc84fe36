import { expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import spanish from '../../README.es.md?raw';
import english from '../../README.md?raw';

it.each([
  ['README.md', english],
  ['README.es.md', spanish],
])('the Deploy button of %s takes the repository that package.json names', (_, readme) => {
  const sources = [...readme.matchAll(/deploy\.workers\.cloudflare\.com\/\?url=([^)\s]*)/g)];
  expect(sources.map(([, source]) => source)).toEqual([packageJson.repository]);
});
