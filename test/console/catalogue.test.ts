import { describe, expect, it } from 'vitest';
import { en } from '../../src/console/i18n/en.ts';
import { es } from '../../src/console/i18n/es.ts';
import { localeFor, preferredLanguage, speak, t } from '../../src/console/i18n/index.ts';

type Text = string | Readonly<Record<string, string>>;
const catalogues = { en: en as Readonly<Record<string, Text>>, es: es as Readonly<Record<string, Text>> };
const formsOf = (text: Text): string[] => (typeof text === 'string' ? [text] : Object.values(text));
const parametersOf = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string).sort();

describe('the console speaks', () => {
  it('both languages throughout: the same keys, in the same order', () => {
    expect(Object.keys(es)).toEqual(Object.keys(en));
  });

  it.each(Object.keys(en))('%s with the same parameters, in every form', (key) => {
    const wanted = new Set(formsOf(catalogues.en[key] as Text).flatMap(parametersOf));
    for (const catalogue of Object.values(catalogues)) {
      for (const form of formsOf(catalogue[key] as Text)) {
        expect(form.trim(), key).not.toBe('');
        for (const name of parametersOf(form)) expect([...wanted], key).toContain(name);
      }
      const all = new Set(formsOf(catalogue[key] as Text).flatMap(parametersOf));
      expect([...all].sort(), key).toEqual([...wanted].sort());
    }
  });

  it('every plural form that a language has', () => {
    for (const [language, catalogue] of Object.entries(catalogues)) {
      const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
      for (const [key, text] of Object.entries(catalogue)) {
        if (typeof text === 'string') continue;
        expect(Object.keys(text).sort(), `${language} ${key}`).toEqual([...pluralCategories].sort());
      }
    }
  });

  it('nothing that is the same in both, but for names and signs', () => {
    const same = Object.keys(en).filter(
      (key) => JSON.stringify(catalogues.en[key]) === JSON.stringify(catalogues.es[key]),
    );
    const SAME_ON_PURPOSE = /^(duration\.(seconds|minutes|hours)|nav\.webhooks|same\.)/;
    expect(same.filter((key) => !SAME_ON_PURPOSE.test(key))).toEqual([]);
  });

  it('plurals and numbers as the region writes them', () => {
    speak('es', es, ['es-ES', 'en']);
    expect(t('table.shown', { n: 1 })).toBe('1 fila');
    expect(t('table.shown', { n: 0 })).toBe('0 filas');
    expect(t('table.shown', { n: 12_345 })).toBe('12.345 filas');
    expect(t('table.shown', { n: 1_000_000 })).toBe('1.000.000 de filas');
    speak('en', en, ['en-GB']);
    expect(t('table.shown', { n: 1 })).toBe('1 row shown');
    expect(t('table.shown', { n: 12_345 })).toBe('12,345 rows shown');
  });

  it('the language that the browser asks for first, with its region', () => {
    expect(preferredLanguage(['fr-FR', 'es-MX', 'en'])).toBe('es');
    expect(preferredLanguage(['fr'])).toBe('en');
    expect(localeFor('es', ['en-US', 'es-MX'])).toBe('es-MX');
    expect(localeFor('es', ['en-US'])).toBe('es');
  });
});
