import { describe, expect, it } from 'vitest';
import { FAULTS, FIELDS } from '../../../src/api/kit/english.ts';
import { fieldMessage, isFieldMessage, renderFault } from '../../../src/api/kit/messages.ts';
import { SPANISH } from '../../../src/api/kit/spanish.ts';

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each([
  ['faults', FAULTS, SPANISH.faults],
  ['fields', FIELDS, SPANISH.fields],
] as const)(
  'the catalogue of %s',
  (_, english: Readonly<Record<string, string>>, spanish: Readonly<Record<string, string>>) => {
    it('has every entry in both languages, each with the same parameters', () => {
      expect(Object.keys(english).length).toBeGreaterThan(10);
      expect(Object.keys(spanish).sort()).toEqual(Object.keys(english).sort());
      for (const [key, text] of Object.entries(english)) {
        expect(text.trim(), key).not.toBe('');
        expect(spanish[key]?.trim(), key).not.toBe('');
        expect(placeholders(spanish[key] ?? ''), key).toEqual(placeholders(text));
      }
    });

    it('is translated, not copied', () => {
      const copied = Object.entries(english).filter(([key, text]) => spanish[key] === text);
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
