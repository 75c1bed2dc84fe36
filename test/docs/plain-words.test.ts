/** What people read: each sentence once. Short ones, without words that nest one sentence into another. */
import { expect, it } from 'vitest';
import { families } from '../../src/api/index.ts';
import { FAULTS, FIELDS } from '../../src/api/kit/english.ts';
import { SPANISH } from '../../src/api/kit/spanish.ts';
import { buildOpenApi } from '../../src/docs/openapi.ts';

const MAX_WORDS = 35;
const NESTING = /\b(who|what|where|which|whom)(so)?ever\b/i;

const PAGES = Object.entries(
  import.meta.glob<string>(['../../*.md', '../../docs/**/*.md'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);

/** Paragraphs and items of lists; no code, no tables, no headings. */
const paragraphs = (page: string): string[] =>
  page
    .replaceAll(/^```.*?^```|<!--.*?-->/gms, '')
    .split(/\n\s*\n|\n(?=[-|#]|\d+\. )/)
    .filter((text) => !/^\s*[|#]/.test(text));

const sentences = (text: string): string[] => text.replaceAll(/\s+/g, ' ').split(/(?<=[.:;!?])\s/);

const faults = (text: string): string[] =>
  sentences(text).filter((sentence) => NESTING.test(sentence) || sentence.split(' ').length > MAX_WORDS);

/** All summaries and descriptions in the OpenAPI document. */
const textsOf = (node: unknown): string[] => {
  if (Array.isArray(node)) return node.flatMap(textsOf);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    typeof value === 'string' && (key === 'summary' || key === 'description') ? [value] : textsOf(value),
  );
};

it('notices a long sentence and a nesting word', () => {
  expect(faults('Short. Whatever comes, it is taken.')).toEqual(['Whatever comes, it is taken.']);
  expect(faults('word '.repeat(MAX_WORDS + 1).trim()).length).toBe(1);
  expect(faults('word '.repeat(MAX_WORDS).trim())).toEqual([]);
});

it.each(PAGES)('%s', (_, page) => {
  expect(paragraphs(page).flatMap(faults)).toEqual([]);
});

it('the OpenAPI document', () => {
  const texts = textsOf(buildOpenApi(families, '0.0.0'));
  expect(texts.length).toBeGreaterThan(100);
  expect(texts.flatMap(faults)).toEqual([]);
});

it('the messages', () => {
  const texts = [FAULTS, FIELDS, SPANISH.faults, SPANISH.fields].flatMap((some) =>
    Object.values<string>(some),
  );
  expect(texts.flatMap(faults)).toEqual([]);
});
