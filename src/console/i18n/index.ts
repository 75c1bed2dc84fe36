/** What the console says, in the reader's language, with numbers and plurals by `Intl`. */
import type { en } from './en.ts';

export type Language = 'en' | 'es';
export const LANGUAGES: readonly Language[] = ['en', 'es'];

/** A text, or one for each plural form that the language has (`Intl.PluralRules`). */
export type Text = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
export type Key = keyof typeof en;
export type Catalogue = Readonly<Record<Key, Text>>;
type Params = Readonly<Record<string, string | number>>;

interface Speech {
  readonly language: Language;
  /** With the region that the browser asks for: numbers and dates differ within one language. */
  readonly locale: string;
  readonly catalogue: Catalogue;
  readonly plural: Intl.PluralRules;
  readonly number: Intl.NumberFormat;
}

let speech: Speech | undefined;

const current = (): Speech => {
  if (!speech) throw new Error('No language is loaded.');
  return speech;
};

export const language = (): Language => current().language;
export const locale = (): string => current().locale;

/** The text of a key. `{name}` becomes the parameter; `n` decides the plural form, and is written as the language does. */
export const t = (key: Key, params: Params = {}): string => {
  const { catalogue, plural, number } = current();
  const text = catalogue[key];
  const form = typeof text === 'string' ? text : (text[plural.select(Number(params.n))] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return typeof value === 'number' ? number.format(value) : (value ?? whole);
  });
};

/** Whether the catalogue has a text of this name: for codes of the API that may be newer than the console. */
export const hasText = (key: string): key is Key => key in current().catalogue;

/** The text of a key that is put together from a code of the API; the code itself where there is none. */
export const textOf = (key: string, code: string): string => (hasText(key) ? t(key) : code);

/** The browser's language, where it is one of ours. */
export const preferredLanguage = (wanted: readonly string[]): Language => {
  for (const tag of wanted) {
    const known = LANGUAGES.find((one) => tag.toLowerCase().split('-')[0] === one);
    if (known) return known;
  }
  return 'en';
};

/** The region's form of a language, as the browser lists it. */
export const localeFor = (one: Language, wanted: readonly string[]): string =>
  wanted.find((tag) => tag.toLowerCase().startsWith(`${one}-`)) ?? one;

export const speak = (one: Language, catalogue: Catalogue, wanted: readonly string[]): void => {
  const tag = localeFor(one, wanted);
  speech = {
    language: one,
    locale: tag,
    catalogue,
    plural: new Intl.PluralRules(one),
    number: new Intl.NumberFormat(tag),
  };
};
