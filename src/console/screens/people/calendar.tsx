/** A year of days, a week a column: how long somebody was here on each; the same as a table. */
import { useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { useViewer } from '../../kit/context.ts';
import { formatDay, formatHours } from '../../kit/format.ts';
import { addDays, daysBetween, weekStartOf } from '../../kit/time.ts';
import type { Total } from '../../kit/totals.ts';
import { Table } from '../../ui/table.tsx';

const CELL = 14;
const TOP = 16;
const LEFT = 30;
/** Hours of a day that each step ends at: the same for everybody, so that two people can be compared. */
const STEPS = [1, 2, 4, 8] as const;

/** On a phone the year is wider than the page: the days that matter are the last ones. */
const showToday = (element: HTMLElement | null): void => {
  if (element) element.scrollLeft = element.scrollWidth;
};

const stepOf = (seconds: number): number =>
  seconds <= 0 ? 0 : 1 + STEPS.filter((hours) => seconds > hours * 3600).length;

export const YearCalendar = ({
  from,
  to,
  totals,
  selected,
  onDay,
}: {
  readonly from: string;
  readonly to: string;
  readonly totals: ReadonlyMap<string, Total>;
  readonly selected: string | undefined;
  readonly onDay: (day: string) => void;
}) => {
  const { weekStart } = useViewer();
  const [isTable, setTable] = useState(false);
  const first = weekStartOf(from, weekStart);
  const count = daysBetween(first, to);
  const days = Array.from({ length: count }, (_, index) => addDays(first, index));
  const weeks = Math.ceil(count / 7);
  const shown = days.filter((day) => day >= from && totals.has(day)).reverse();
  return (
    <div class="stack">
      {isTable ? (
        <Table
          caption={t('person.year')}
          isLong
          rows={shown}
          keyOf={(day) => day}
          columns={[
            {
              title: t('person.day'),
              isHeader: true,
              cell: (day) => (
                <button type="button" class="link" onClick={() => onDay(day)}>
                  {formatDay(day, { dateStyle: 'full' })}
                </button>
              ),
            },
            {
              title: t('hours.hours'),
              isNumber: true,
              cell: (day) => formatHours(totals.get(day)?.seconds ?? 0),
            },
          ]}
        />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls must be reached by the keyboard, and named.
        <div class="scroll" role="group" tabIndex={0} aria-label={t('person.year')} ref={showToday}>
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: the table behind it has a button a day. */}
          <svg
            class="calendar"
            viewBox={`0 0 ${LEFT + weeks * CELL} ${TOP + 7 * CELL}`}
            style={{ minWidth: '760px' }}
            role="img"
            aria-label={t('person.calendarLabel', { n: shown.length })}
            onClick={(event) => {
              const day = event.target instanceof SVGElement ? event.target.dataset.day : undefined;
              if (day) onDay(day);
            }}
          >
            {days.map((day, index) => {
              if (day < from) return null;
              const total = totals.get(day);
              const column = Math.floor(index / 7);
              return (
                <rect
                  key={day}
                  data-day={day}
                  x={LEFT + column * CELL}
                  y={TOP + (index % 7) * CELL}
                  width={CELL - 2.5}
                  height={CELL - 2.5}
                  rx={2.5}
                  class={`s${stepOf(total?.seconds ?? 0)}`}
                  style={{
                    cursor: 'pointer',
                    ...(day === selected && { stroke: 'var(--text)', strokeWidth: 2 }),
                  }}
                >
                  <title>{`${formatDay(day, { dateStyle: 'full' })}: ${formatHours(total?.seconds ?? 0)}`}</title>
                </rect>
              );
            })}
            {days.map((day, index) =>
              day.endsWith('-01') && day >= from ? (
                <text key={day} x={LEFT + Math.floor(index / 7) * CELL} y={10}>
                  {formatDay(day, { month: 'short' })}
                </text>
              ) : null,
            )}
            {[0, 2, 4].map((row) => (
              <text key={row} x={0} y={TOP + row * CELL + 10}>
                {formatDay(addDays(first, row), { weekday: 'short' })}
              </text>
            ))}
          </svg>
        </div>
      )}
      <div class="row between">
        <div class="legend">
          <span>
            <i />
            {t('person.notHere')}
          </span>
          {STEPS.map((hours, index) => (
            <span key={hours}>
              <i class={`s${index + 1}`} />
              {t('person.upTo', { n: hours })}
            </span>
          ))}
          <span>
            <i class="s5" />
            {t('person.more', { n: STEPS[3] })}
          </span>
        </div>
        <button type="button" class="plain" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? t('chart.asChart') : t('chart.asTable')}
        </button>
      </div>
    </div>
  );
};
