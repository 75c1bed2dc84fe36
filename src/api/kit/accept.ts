/** What a caller would rather have (RFC 9110 §12.5): what its header names, in lower case, the best first. */
export const readAccepted = (header: string): { readonly value: string; readonly weight: number }[] =>
  header
    .split(',')
    .map((part) => {
      const [value = '', ...params] = part.split(';').map((text) => text.trim().toLowerCase());
      const weight = params.find((param) => param.startsWith('q='));
      return { value, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ value, weight }) => value !== '' && weight > 0)
    .sort((a, b) => b.weight - a.weight);

/** Whether it would rather have `type` than `other`, which it gets where it does not care. */
export const prefers = (header: string, type: string, other: string): boolean => {
  const accepted = readAccepted(header);
  const placeOf = (range: string) => accepted.findIndex(({ value }) => value === range);
  const weightOf = (of: string): number => {
    const [main] = of.split('/');
    const range = [of, `${main}/*`, '*/*'].find((wanted) => placeOf(wanted) >= 0);
    return range === undefined ? 0 : (accepted[placeOf(range)]?.weight ?? 0);
  };
  if (weightOf(type) !== weightOf(other)) return weightOf(type) > weightOf(other);
  // Both are as good: what it names, and of two that it names the first.
  return placeOf(type) >= 0 && (placeOf(other) < 0 || placeOf(type) < placeOf(other));
};
