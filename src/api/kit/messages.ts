import { FAULTS, FIELDS } from './english.ts';
import type { FaultCode, FieldIssue } from './fault.ts';
import { SPANISH } from './spanish.ts';

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

type Params = Readonly<Record<string, string | number>>;

export type FieldMessage = keyof typeof FIELDS;

/** The catalogue in a language. */
export interface Texts {
  readonly faults: Readonly<Record<FaultCode, string>>;
  readonly fields: Readonly<Record<FieldMessage, string>>;
}

const ENGLISH: Texts = { faults: FAULTS, fields: FIELDS };

/** The languages that are spoken here, by now: the Worker learns Spanish when it is first asked in it. */
const spoken = new Map<Language, Texts>([['en', ENGLISH], ...(WITH_DOCS ? [['es', SPANISH] as const] : [])]);

export const isSpoken = (language: Language): boolean => spoken.has(language);

export const learn = (language: Language, texts: Texts): void => {
  spoken.set(language, texts);
};

const textsOf = (language: Language): Texts => spoken.get(language) ?? ENGLISH;

const fill = (text: string, params: Params): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));

/** A field message with its parameters, to be rendered in the caller's language: `fieldMessage('between', 1, 100)`. */
export const fieldMessage = (key: FieldMessage, ...params: (string | number)[]): string =>
  [key, ...params.map((param) => encodeURIComponent(param))].join(':');

/** Whether a text was made by `fieldMessage` (and so is not a library's own English). */
export const isFieldMessage = (message: string): boolean => isFieldKey(message.split(':', 1)[0] ?? '');

const isFieldKey = (key: string): key is FieldMessage => Object.hasOwn(FIELDS, key);

/** `limit must be an integer from 1 to 100`, in the given language. */
export const renderIssue = (issue: FieldIssue, language: Language): { path: string; message: string } => {
  const [key = '', ...params] = issue.message.split(':').map(decodeURIComponent);
  // What fieldMessage has not made is a text already.
  const text = isFieldKey(key) ? textsOf(language).fields[key] : issue.message;
  return { path: issue.path, message: fill(text, Object.fromEntries(params.entries())) };
};

/** The sentence for a fault: of its first field, where it has one. */
export const renderFault = (
  code: FaultCode,
  params: Params,
  issues: readonly FieldIssue[],
  language: Language,
): string => {
  const [first] = issues;
  if (!first) return fill(textsOf(language).faults[code], params);
  const { path, message } = renderIssue(first, language);
  const subject = path || { en: 'The request body', es: 'El cuerpo de la solicitud' }[language];
  return `${subject} ${message}.`;
};
