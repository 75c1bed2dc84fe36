/** A file's text (Vite). */
declare module '*?raw' {
  const text: string;
  export default text;
}

/** The files that match, by their path (Vite). */
interface ImportMeta {
  glob<T = unknown>(
    patterns: readonly string[],
    options: { readonly query: '?raw'; readonly import?: 'default'; readonly eager: true },
  ): Readonly<Record<string, T>>;
  glob(
    patterns: readonly string[],
    options: { readonly query: '?raw' },
  ): Readonly<Record<string, () => Promise<unknown>>>;
}
