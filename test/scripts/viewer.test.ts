import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { buildDocs } from '../../scripts/build-docs.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'src/docs/viewer');
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

it('the viewer of the documentation is built whole, and nothing beside it', () => {
  buildDocs();
  const built = join(ROOT, 'public/docs');
  expect(readdirSync(built).sort()).toEqual(readdirSync(SOURCE).sort());
  for (const name of readdirSync(SOURCE)) expect(read(built, name)).toBe(read(SOURCE, name));
});

it('it asks no other host, runs nothing inline, and brings no package that counts installations', () => {
  for (const name of readdirSync(SOURCE)) {
    expect([name, read(SOURCE, name).match(/(https?:)?\/\/[a-z0-9-]+\.[a-z]+/gi)]).toEqual([name, null]);
  }
  const page = read(SOURCE, 'index.html');
  expect(page).not.toMatch(/ style=| on\w+=|<style|<script>/);
  for (const [, file = ''] of page.matchAll(/(?:src|href)="([^/"]+)"/g)) {
    expect(readdirSync(SOURCE)).toContain(file);
  }
  expect(read(ROOT, 'package-lock.json')).not.toMatch(/scarf/);
});
