/** Hands the browser a file to keep: a text, or its parts one after another. */
export const download = (name: string, text: string | string[], type = 'text/csv;charset=utf-8'): void => {
  const url = URL.createObjectURL(new Blob([text].flat(), { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
};
