/**
 * What a log may tell of an error: its stack, without the values that a failed query was called with. An error of the
 * query builder carries them in its message (`params: ...`), and they are what people have sent.
 */
export const errorText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? error.message;
  if (!('params' in error)) return text;
  const message = error.message.replace(/\n?params: [\s\S]*$/, '');
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  const frames = text.split('\n').filter((line) => /^\s+at /.test(line));
  return [`${error.name}: ${message}${cause}`, ...frames].join('\n');
};
