/** How many were on: a day by quarter hours, or a week by hours; the same as a table. */
import { useMemo, useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { api, call } from '../kit/api.ts';
import { formatDateTime, formatNumber, formatTime } from '../kit/format.ts';
import { useQuery } from '../kit/query.ts';
import { changeQuery } from '../kit/route.ts';
import { DAY, dayAt, HOUR, MINUTE } from '../kit/time.ts';
import { Card, Segmented } from '../ui/basics.tsx';
import { LazyChart } from '../ui/lazy-chart.tsx';
import { Reading } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';

const SPANS = {
  day: { ms: DAY, step: 'quarter-hour', stepMs: 15 * MINUTE, marksMs: 3 * HOUR },
  week: { ms: 7 * DAY, step: 'hour', stepMs: HOUR, marksMs: DAY },
} as const;
export type Span = keyof typeof SPANS;
const EVERY_MS = 5 * MINUTE;

/** How many were on over the last day or week. Its first and last instants are those of whole steps. */
export const useOnline = (span: Span, now: number, serverId?: number) => {
  const { ms, step, stepMs } = SPANS[span];
  const to = Math.ceil(now / stepMs) * stepMs;
  return useQuery(
    `online ${span} ${to} ${serverId ?? ''}`,
    () =>
      call(() =>
        api.GET('/v2/community/activity/online', {
          params: {
            query: {
              from: new Date(to - ms).toISOString(),
              to: new Date(to).toISOString(),
              step,
              ...(serverId !== undefined && { serverId }),
            },
          },
        }),
      ),
    { every: EVERY_MS },
  );
};

/** The most at once since midnight. */
export const peakToday = (
  items: readonly { start: string; max: number }[],
  zone: string,
  now: number,
): number => {
  const today = dayAt(now, zone);
  return Math.max(
    0,
    ...items.filter(({ start }) => dayAt(Date.parse(start), zone) === today).map(({ max }) => max),
  );
};

export const OnlineCurve = ({
  span,
  zone,
  now,
  serverId,
  title,
}: {
  readonly span: Span;
  readonly zone: string;
  readonly now: number;
  readonly serverId?: number;
  readonly title: string;
}) => {
  const [isTable, setTable] = useState(false);
  const query = useOnline(span, now, serverId);
  const points = useMemo(
    () => (query.data?.items ?? []).map(({ start, max }) => ({ at: Date.parse(start), value: max })),
    [query.data],
  );
  const label = useMemo(
    () => (at: number) =>
      span === 'day' ? formatTime(at, zone) : formatDateTime(at, zone).replace(/,? *\d\d:\d\d.*$/, ''),
    [span, zone],
  );
  const most = points.reduce<(typeof points)[number] | undefined>(
    (peak, point) => (peak === undefined || point.value > peak.value ? point : peak),
    undefined,
  );
  const tip = ({ at, value }: { at: number; value: number }) =>
    t('online.tip', { at: formatDateTime(at, zone), n: value });
  return (
    <Card
      title={title}
      actions={
        <>
          <Segmented
            label={t('online.span')}
            value={span}
            options={[
              ['day', t('online.day')],
              ['week', t('online.week')],
            ]}
            onValue={(next) => changeQuery({ span: next === 'day' ? '' : next }, { replace: true })}
          />
          <button type="button" class="plain" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {isTable ? t('chart.asChart') : t('chart.asTable')}
          </button>
        </>
      }
    >
      <Reading query={query} lines={5}>
        {({ items }) =>
          isTable ? (
            <div style={{ maxHeight: '320px', overflow: 'auto' }}>
              <Table
                caption={title}
                isLong
                rows={[...items].reverse()}
                keyOf={({ start }) => start}
                columns={[
                  {
                    title: t('log.time'),
                    isHeader: true,
                    cell: ({ start }) => formatDateTime(Date.parse(start), zone),
                  },
                  { title: t('online.max'), isNumber: true, cell: ({ max }) => formatNumber(max) },
                  {
                    title: t('online.mean'),
                    isNumber: true,
                    cell: ({ mean }) => formatNumber(mean, { maximumFractionDigits: 1 }),
                  },
                ]}
              />
            </div>
          ) : (
            <LazyChart
              points={points}
              step={SPANS[span].marksMs}
              label={label}
              tip={tip}
              name={most ? t('online.summary', { at: formatDateTime(most.at, zone), n: most.value }) : title}
            />
          )
        }
      </Reading>
    </Card>
  );
};
