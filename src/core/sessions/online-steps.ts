/** How many were on in each step of a period: a sweep over everybody's time. Pure. */

/** Epoch milliseconds. */
export interface Step {
  readonly start: number;
  readonly end: number;
}

export interface OnlineStep extends Step {
  /** The most people at once. */
  readonly max: number;
  /** On average over the step. */
  readonly mean: number;
}

/**
 * @param steps one after the other, without a gap
 * @param intervals when people were on, `[start, end]`; nobody twice at once
 */
export const countOnline = (
  steps: readonly Step[],
  intervals: readonly (readonly [number, number])[],
): OnlineStep[] => {
  const starts = Float64Array.from(intervals, ([start]) => start).sort();
  const ends = Float64Array.from(intervals, ([, end]) => end).sort();
  let [started, ended, online] = [0, 0, 0];
  return steps.map(({ start, end }) => {
    let max = 0;
    let area = 0;
    for (let at = start; at < end; ) {
      // At one instant, those who leave are gone before somebody comes.
      while (ended < ends.length && (ends[ended] as number) <= at) {
        ended += 1;
        online -= 1;
      }
      while (started < starts.length && (starts[started] as number) <= at) {
        started += 1;
        online += 1;
      }
      const next = Math.min(end, ends[ended] ?? end, starts[started] ?? end);
      max = Math.max(max, online);
      area += online * (next - at);
      at = next;
    }
    return { start, end, max, mean: end > start ? area / (end - start) : 0 };
  });
};

/** Of so many intervals, start and place go into one number: a period is shorter than 2 ** 35 ms. */
const MAX_PACKED = 2 ** 18;

/** The union of intervals that are listed as start, end, start, end. */
export const union = (list: readonly number[]): [number, number][] => {
  const merged: [number, number][] = [];
  for (const index of inOrder(list)) {
    const start = list[index] as number;
    const end = list[index + 1] as number;
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
};

/** Where each interval is in the list, the earliest first. */
const inOrder = (list: readonly number[]): Float64Array => {
  const order = new Float64Array(list.length / 2);
  const isPacked = order.length <= MAX_PACKED;
  for (let place = 0; place < order.length; place++) {
    order[place] = isPacked ? (list[place * 2] as number) * MAX_PACKED + place : place;
  }
  // To sort plain numbers is several times as fast.
  if (isPacked) order.sort();
  else order.sort((a, b) => (list[a * 2] as number) - (list[b * 2] as number));
  for (let place = 0; place < order.length; place++)
    order[place] = ((order[place] as number) % (isPacked ? MAX_PACKED : order.length)) * 2;
  return order;
};
