import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import example from '../.dev.vars.example?raw';
import { readConfig } from '../src/env.ts';

const LONG = 'x'.repeat(32);

it.each(['ADMIN_TOKEN', 'TOKEN_SECRET'])('%s may be missing, but never weak nor a placeholder', (name) => {
  const read = (value: string) => () => readConfig({ ...env, [name]: value });
  expect(read('')).not.toThrow();
  expect(read(LONG)).not.toThrow();
  expect(read('x'.repeat(31))).toThrow(
    `${name} has 31 characters and needs 32. Deployed: openssl rand -hex 32 |`,
  );
  expect(read(`replace-me-${LONG}`)).toThrow(`${name} is still the placeholder of .dev.vars.example.`);
});

it('the example has the two secrets only, with values that are refused: the Deploy button offers them', () => {
  const lines = example.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines).toEqual(['ADMIN_TOKEN=replace-me', 'TOKEN_SECRET=replace-me']);
});
