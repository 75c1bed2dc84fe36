/** A line over time, drawn on a canvas; loaded only where there is one. What it shows stands beside it in words. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { formatNumber } from '../kit/format.ts';

export interface Point {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly value: number;
}

const HEIGHT = 168;

/** The colours of the style sheet, as they are now. */
const colour = (name: string): string => {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

/** `label` writes an instant on the axis: the zone's time, which the chart itself knows nothing of. */
export const LineChart = ({
  points,
  step,
  label,
  tip,
  name,
}: {
  readonly points: readonly Point[];
  /** Milliseconds between the marks of the axis. */
  readonly step: number;
  readonly label: (at: number) => string;
  readonly tip: (point: Point) => string;
  readonly name: string;
}) => {
  const place = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<Point>();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const first = points[0]?.at ?? 0;
    const last = points.at(-1)?.at ?? 1;
    const muted = colour('--muted');
    const line = colour('--line');
    const marks: number[] = [];
    // As many marks as have room, a whole number of steps apart.
    const room = Math.max(2, Math.floor(element.clientWidth / 64));
    const apart = step * Math.ceil((last - first) / step / room);
    for (let at = Math.ceil(first / apart) * apart; at <= last; at += apart) marks.push(at);
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, points: { size: 7 } },
        // A plain axis of numbers: uPlot's own zones are wrong where the computer's has a clock change.
        scales: {
          x: { time: false, range: [first, last] },
          y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] },
        },
        axes: [
          {
            stroke: muted,
            grid: { show: false },
            ticks: { stroke: line, size: 5 },
            font: '12px Inter, system-ui, sans-serif',
            splits: () => marks,
            values: (_, splits) => splits.map(label),
          },
          {
            stroke: muted,
            grid: { stroke: line, width: 1 },
            ticks: { show: false },
            size: 36,
            font: '12px Inter, system-ui, sans-serif',
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000],
            values: (_, splits) => splits.map((value) => formatNumber(value)),
          },
        ],
        series: [
          {},
          {
            stroke: colour('--heat-4'),
            fill: `color-mix(in srgb, ${colour('--heat-4')} 14%, transparent)`,
            width: 2,
            points: { show: false },
            ...(uPlot.paths.stepped && { paths: uPlot.paths.stepped({ align: 1 }) }),
          },
        ],
        hooks: {
          setCursor: [({ cursor: { idx } }) => setPointed(idx == null ? undefined : points[idx])],
        },
      },
      [points.map(({ at }) => at), points.map(({ value }) => value)],
      element,
    );
    const watcher = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      chart.destroy();
    };
  }, [points, step, label]);
  return (
    <figure>
      <div ref={place} role="img" aria-label={name} style={{ height: `${HEIGHT}px` }} />
      <figcaption class="small muted tabular" style={{ minHeight: '20px' }}>
        {pointed ? tip(pointed) : name}
      </figcaption>
    </figure>
  );
};
