import type { ComponentProps, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { LineChart } from './line-chart.tsx';

/** The chart, when it has come; its place until then. */
export const LazyChart = (props: ComponentProps<typeof LineChart>) => {
  const [Chart, setChart] = useState<ComponentType<ComponentProps<typeof LineChart>>>();
  useEffect(() => {
    let isOver = false;
    void import('./line-chart.tsx').then((module) => isOver || setChart(() => module.LineChart));
    return () => {
      isOver = true;
    };
  }, []);
  return Chart ? <Chart {...props} /> : <div class="chart" />;
};
