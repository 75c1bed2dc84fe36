/** When a community is active: weekday by hour, an average of whole weeks, in five steps; the same as a table. */
import { useState } from 'preact/hooks';
import { locale, t } from '../../i18n/index.ts';
import { useViewer } from '../../kit/context.ts';
import { toCsv } from '../../kit/csv.ts';
import { download } from '../../kit/download.ts';
import { formatDayRange, formatNumber, formatZone, weekdayNames } from '../../kit/format.ts';
import { useQuery } from '../../kit/query.ts';
import { changeQuery } from '../../kit/route.ts';
import { addDays, dayAt, weekStartOf } from '../../kit/time.ts';
import { totalsByWeekdayHour } from '../../kit/totals.ts';
import { Card, Segmented } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import type { ScreenProps } from '../index.ts';

const WEEKS = ['1', '2', '4'] as const;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** People on average, by weekday (0 is Monday) and hour. */
type Pattern = readonly (readonly number[])[];

const readPattern = async (from: string, to: string, weeks: number): Promise<Pattern> => {
  const sums = Array.from({ length: 7 }, () => HOURS.map(() => 0));
  for (const { weekday, hourOfDay, seconds } of await totalsByWeekdayHour(from, to)) {
    const row = sums[weekday - 1];
    if (row) row[hourOfDay] = seconds / 3600 / weeks;
  }
  return sums;
};

/** 0 for nobody, 1 to 5 by equal parts of the most. */
export const heatStep = (value: number, most: number): number =>
  value <= 0 || most <= 0 ? 0 : Math.min(5, Math.floor((value / most) * 5) + 1);

const oneDecimal = (value: number) => formatNumber(value, { maximumFractionDigits: 1 });
/** As it is written: one person, 1.2 people. */
const rounded = (value: number) => Math.round(value * 10) / 10;
const hourText = (hour: number) => `${String(hour).padStart(2, '0')}:00`;

export const HeatMap = ({ route }: ScreenProps) => {
  const { zone, weekStart } = useViewer();
  const weeks = Number(WEEKS.find((one) => one === route.query.weeks) ?? '4');
  const to = addDays(weekStartOf(dayAt(Date.now(), zone), weekStart), -1);
  const from = addDays(to, 1 - 7 * weeks);
  const [isTable, setTable] = useState(false);
  const query = useQuery(`pattern ${from} ${to}`, () => readPattern(from, to, weeks));
  const order = Array.from({ length: 7 }, (_, index) => (index + weekStart - 1) % 7);
  return (
    <Card
      title={t('heat.title', { zone: formatZone(zone, Date.now()) })}
      note={`${formatDayRange(from, to)} · ${t('heat.note', { n: weeks })}`}
      actions={
        <>
          <Segmented
            label={t('heat.weeks')}
            value={String(weeks)}
            options={WEEKS.map((one) => [one, t('heat.lastWeeks', { n: Number(one) })] as const)}
            onValue={(next) => changeQuery({ weeks: next })}
          />
          <button type="button" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {isTable ? t('chart.asChart') : t('chart.asTable')}
          </button>
          <button
            type="button"
            disabled={!query.data}
            onClick={() => query.data && download(`pattern-${from}-${to}.csv`, patternCsv(query.data, order))}
          >
            <Icon name="download" />
            {t('action.spreadsheet')}
          </button>
        </>
      }
    >
      <Reading query={query} lines={7}>
        {(pattern) => {
          const most = Math.max(...pattern.flat());
          if (most === 0) return <Empty title={t('hours.none')}>{t('hours.noneText')}</Empty>;
          return isTable ? (
            <PatternTable pattern={pattern} order={order} />
          ) : (
            <PatternGrid pattern={pattern} order={order} most={most} />
          );
        }}
      </Reading>
    </Card>
  );
};

/** An hour a line, a day a column: people on average. */
const patternCsv = (pattern: Pattern, order: readonly number[]): string =>
  toCsv(
    [t('heat.hour'), ...order.map((day) => weekdayNames('long')[day] ?? '')],
    HOURS.map((hour) => [
      hourText(hour),
      ...order.map((day) => Math.round((pattern[day]?.[hour] ?? 0) * 100) / 100),
    ]),
    'spreadsheet',
    locale(),
  );

const PatternGrid = ({
  pattern,
  order,
  most,
}: {
  readonly pattern: Pattern;
  readonly order: readonly number[];
  readonly most: number;
}) => {
  const short = weekdayNames('short');
  const long = weekdayNames('long');
  const peak = peakOf(pattern);
  return (
    <div class="stack">
      <p class="small muted">
        {t('heat.summary', {
          day: long[peak.day] ?? '',
          hour: hourText(peak.hour),
          n: rounded(peak.value),
        })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls must be reached by the keyboard, and named. */}
      <div class="scroll" role="group" tabIndex={0} aria-label={t('heat.label')}>
        <table class="heat">
          <caption class="sr">{t('heat.label')}</caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="sr">{t('heat.day')}</span>
              </th>
              {HOURS.map((hour) => (
                <th key={hour} scope="col">
                  {hour % 3 === 0 ? String(hour).padStart(2, '0') : <span class="sr">{hour}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {order.map((day) => (
              <tr key={day}>
                <th scope="row">{short[day]}</th>
                {HOURS.map((hour) => {
                  const value = pattern[day]?.[hour] ?? 0;
                  const text = t('heat.cell', {
                    day: long[day] ?? '',
                    from: hourText(hour),
                    to: hourText((hour + 1) % 24),
                    n: rounded(value),
                  });
                  return (
                    <td key={hour} class={`s${heatStep(value, most)}`} title={text}>
                      {value > 0 ? (
                        <>
                          <span aria-hidden="true">{value >= 0.05 ? oneDecimal(value) : ''}</span>
                          <span class="sr">{oneDecimal(value)}</span>
                        </>
                      ) : (
                        <span class="sr">0</span>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="legend">
        <span>
          <i />
          {t('heat.nobody')}
        </span>
        {[1, 2, 3, 4, 5].map((step) => (
          <span key={step}>
            <i class={`s${step}`} />
            {t('heat.upTo', { people: oneDecimal((most / 5) * step) })}
          </span>
        ))}
      </div>
    </div>
  );
};

const peakOf = (pattern: Pattern) => {
  let peak = { day: 0, hour: 0, value: 0 };
  for (const [day, row] of pattern.entries()) {
    for (const [hour, value] of row.entries()) if (value > peak.value) peak = { day, hour, value };
  }
  return peak;
};

const PatternTable = ({
  pattern,
  order,
}: {
  readonly pattern: Pattern;
  readonly order: readonly number[];
}) => (
  <Table
    caption={t('heat.label')}
    rows={HOURS}
    keyOf={(hour) => hour}
    columns={[
      { title: t('heat.hour'), isHeader: true, cell: hourText },
      ...order.map((day) => ({
        title: weekdayNames('long')[day] ?? '',
        isNumber: true,
        cell: (hour: number) => oneDecimal(pattern[day]?.[hour] ?? 0),
      })),
    ]}
  />
);
