/** A Worker has six connections that wait for an answer. Two stay free: an attempt's 15 s begin when it does. */
const LANES = 4;

/** Does `work` for each item, four at a time, in their order. */
export const inParallel = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(LANES, items.length) }, lane));
};
