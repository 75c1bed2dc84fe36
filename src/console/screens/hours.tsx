/** Hours: the week, the ranking, the pattern. Each its own address. */
import { t } from '../i18n/index.ts';
import { useViewer } from '../kit/context.ts';
import { formatZone } from '../kit/format.ts';
import { href } from '../kit/route.ts';
import { Tabs } from '../ui/basics.tsx';
import { PageHead } from '../ui/page.tsx';
import { HeatMap } from './hours/heat-map.tsx';
import { Leaders } from './hours/leaders.tsx';
import { Periods } from './hours/periods.tsx';
import { Week } from './hours/week.tsx';
import type { ScreenProps } from './index.ts';

const VIEWS = ['week', 'leaders', 'pattern', 'periods'] as const;

export const Hours = ({ route }: ScreenProps) => {
  const { zone } = useViewer();
  const view = VIEWS.find((one) => one === route.path[1]) ?? 'week';
  return (
    <>
      <PageHead title={t('nav.hours')} note={t('hours.note', { zone: formatZone(zone, Date.now()) })} />
      <Tabs
        label={t('nav.hours')}
        items={VIEWS.map((one) => ({
          href: href(['hours', one]),
          text: t(`hours.${one}`),
          isCurrent: one === view,
        }))}
      />
      {view === 'week' && <Week route={route} />}
      {view === 'leaders' && <Leaders route={route} />}
      {view === 'pattern' && <HeatMap route={route} />}
      {view === 'periods' && <Periods />}
    </>
  );
};
