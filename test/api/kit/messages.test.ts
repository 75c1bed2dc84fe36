import { describe, expect, it } from 'vitest';
import {
  FAULT_MESSAGES,
  FIELD_MESSAGES,
  fieldMessage,
  isFieldMessage,
  LANGUAGES,
  renderFault,
} from '../../../src/api/kit/messages.ts';

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each([
  ['faults', FAULT_MESSAGES],
  ['fields', FIELD_MESSAGES],
] as const)(
  'the catalogue of %s',
  (_, catalogue: Readonly<Record<string, Readonly<Record<string, string>>>>) => {
    const english = catalogue.en ?? {};

    it('has every entry in every language, each with the same parameters', () => {
      expect(Object.keys(catalogue).sort()).toEqual([...LANGUAGES].sort());
      expect(Object.keys(english).length).toBeGreaterThan(10);
      for (const language of LANGUAGES) {
        const texts = catalogue[language] ?? {};
        expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
        for (const [key, text] of Object.entries(texts)) {
          expect(text.trim(), `${language}.${key}`).not.toBe('');
          expect(placeholders(text), `${language}.${key}`).toEqual(placeholders(english[key] ?? ''));
        }
      }
    });

    it('is translated, not copied', () => {
      const copied = Object.entries(english).filter(([key, text]) => catalogue.es?.[key] === text);
      expect(copied).toEqual([]);
    });
  },
);

describe('rendering', () => {
  it('carries parameters of any text through, in the language asked for', () => {
    const message = fieldMessage('one_of', 'a:b, {0}, 100 %');
    expect(isFieldMessage(message)).toBe(true);
    const say = (language: 'en' | 'es') =>
      renderFault('invalid_input', {}, [{ path: 'entries.3.serial', message }], language);
    expect(say('en')).toBe('entries.3.serial must be one of a:b, {0}, 100 %.');
    expect(say('es')).toBe('entries.3.serial debe ser uno de a:b, {0}, 100 %.');
    expect(renderFault('forbidden', { scope: 'logs:read' }, [], 'es')).toBe(
      'A esta credencial le falta el permiso logs:read.',
    );
  });

  it('takes a text that is none of the catalogue for none', () => {
    expect(isFieldMessage('Invalid type: Expected string')).toBe(false);
    expect(isFieldMessage('constructor')).toBe(false);
  });
});
