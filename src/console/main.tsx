import { render } from 'preact';
import { App } from './app.tsx';
import { type Catalogue, LANGUAGES, type Language, preferredLanguage, speak } from './i18n/index.ts';
import { readNote } from './kit/session.ts';

const CATALOGUES: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: async () => (await import('./i18n/en.ts')).en,
  es: async () => (await import('./i18n/es.ts')).es,
};

/** Draws everything in a language. */
const start = async (language: Language): Promise<void> => {
  speak(language, await CATALOGUES[language](), navigator.languages);
  document.documentElement.lang = language;
  const root = document.getElementById('app');
  if (root) render(<App key={language} onLanguage={(next) => void start(next)} />, root);
};

const theme = readNote('rollcall.theme');
if (theme) document.documentElement.dataset.theme = theme;
const kept = LANGUAGES.find((language) => language === readNote('rollcall.language'));
void start(kept ?? preferredLanguage(navigator.languages));
