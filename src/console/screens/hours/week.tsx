/** Person by day: every cell leads to the sessions that it is made of; what nobody confirmed is hatched and summed apart. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { locale, t } from '../../i18n/index.ts';
import { useViewer } from '../../kit/context.ts';
import { toCsv } from '../../kit/csv.ts';
import { download } from '../../kit/download.ts';
import { formatDay, formatDayRange, formatHours, type HoursUnit } from '../../kit/format.ts';
import { useQuery } from '../../kit/query.ts';
import { changeQuery, href } from '../../kit/route.ts';
import { readNote, writeNote } from '../../kit/session.ts';
import { addDays, dayAt, daysFrom, hoursOfDay, isDay, weekStartOf } from '../../kit/time.ts';
import { type PersonWeek, sumOf, type Total, totalsByPersonAndDay } from '../../kit/totals.ts';
import { Card, Name, Segmented } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { MoreOf, useSome } from '../../ui/table.tsx';
import type { ScreenProps } from '../index.ts';

const UNIT_NOTE = 'rollcall.hours';

export const Week = ({ route }: ScreenProps) => {
  const { zone, weekStart } = useViewer();
  const today = dayAt(Date.now(), zone);
  const first = weekStartOf(isDay(route.query.week) ? route.query.week : today, weekStart);
  const days = useMemo(() => daysFrom(first, 7), [first]);
  const [unit, setUnit] = useState<HoursUnit>(readNote(UNIT_NOTE) === 'decimal' ? 'decimal' : 'clock');
  const query = useQuery(`week ${first}`, () => totalsByPersonAndDay(first, addDays(first, 6)), {
    every: 60_000,
  });
  const isThisWeek = first === weekStartOf(today, weekStart);
  const step = (weeks: number) => changeQuery({ week: addDays(first, 7 * weeks) });
  useKeys({
    '[': () => step(-1),
    ']': () => isThisWeek || step(1),
    t: () => changeQuery({ week: '' }),
  });
  const people = useMemo(() => sorted(query.data ?? []), [query.data]);
  const save = (dialect: 'spreadsheet' | 'programs') =>
    download(`hours-${first}.csv`, weekCsv(people, days, dialect));
  return (
    <>
      <div class="row between">
        <div class="row">
          <button
            type="button"
            class="icon-only"
            aria-label={t('hours.previous')}
            title="["
            onClick={() => step(-1)}
          >
            <Icon name="left" />
          </button>
          <button
            type="button"
            class="icon-only"
            aria-label={t('hours.next')}
            title="]"
            disabled={isThisWeek}
            onClick={() => step(1)}
          >
            <Icon name="right" />
          </button>
          <h2 aria-live="polite">{formatDayRange(first, days[6] as string)}</h2>
          {!isThisWeek && (
            <button type="button" class="plain" onClick={() => changeQuery({ week: '' })}>
              {t('hours.thisWeek')}
            </button>
          )}
        </div>
        <div class="row">
          <Segmented
            label={t('hours.unit')}
            value={unit}
            options={[
              ['clock', formatHours(27_900)],
              ['decimal', formatHours(27_900, 'decimal')],
            ]}
            onValue={(next) => {
              setUnit(next);
              writeNote(UNIT_NOTE, next);
            }}
          />
          <button type="button" disabled={people.length === 0} onClick={() => save('spreadsheet')}>
            <Icon name="download" />
            {t('action.spreadsheet')}
          </button>
          <button type="button" class="plain" disabled={people.length === 0} onClick={() => save('programs')}>
            {t('action.csv')}
          </button>
        </div>
      </div>
      <Card flush>
        <Reading query={query} lines={8}>
          {(data) =>
            data.length === 0 ? (
              <Empty
                title={t('hours.none')}
                action={
                  <button type="button" onClick={() => step(-1)}>
                    {t('hours.previous')}
                  </button>
                }
              >
                {t('hours.noneText')}
              </Empty>
            ) : (
              <WeekGrid people={people} days={days} today={today} unit={unit} zone={zone} />
            )
          }
        </Reading>
      </Card>
      <p class="legend">
        <span>
          <i class="hatched" />
          {t('hours.unconfirmedLegend')}
        </span>
        <span>{t('hours.watchedText')}</span>
        <span>{t('hours.keys')}</span>
      </p>
    </>
  );
};

const sorted = (people: readonly PersonWeek[]): PersonWeek[] =>
  [...people].sort((a, b) => b.seconds - a.seconds || a.accId.localeCompare(b.accId));

const weekCsv = (
  people: readonly PersonWeek[],
  days: readonly string[],
  dialect: 'spreadsheet' | 'programs',
): string => {
  const hours = (total: Pick<Total, 'seconds'> | undefined) =>
    Math.round(((total?.seconds ?? 0) / 3600) * 100) / 100;
  const rows = people.map((person) => [
    person.name ?? '',
    person.accId,
    ...days.map((day) => hours(person.days.get(day))),
    hours(person),
    Math.round((person.unconfirmedSeconds / 3600) * 100) / 100,
    Math.round((person.watchedSeconds / 3600) * 100) / 100,
  ]);
  return toCsv(
    [t('person.name'), t('person.id'), ...days, t('hours.total'), t('hours.unconfirmed'), t('hours.watched')],
    rows,
    dialect,
    locale(),
  );
};

/** On a phone a week is wider than the page: today is in it, and the days before. */
const showToday = (frame: HTMLElement | null): void => {
  const today = frame?.querySelector<HTMLElement>('.today');
  if (frame && today) frame.scrollLeft = today.offsetLeft + today.offsetWidth - frame.clientWidth + 8;
};

/** Some rows are drawn at once; totals and files are of everybody. */
const WeekGrid = ({
  people,
  days,
  today,
  unit,
  zone,
}: {
  readonly people: readonly PersonWeek[];
  readonly days: readonly string[];
  readonly today: string;
  readonly unit: HoursUnit;
  readonly zone: string;
}) => {
  const grid = useRef<HTMLTableElement>(null);
  const some = useSome(people);
  const { shown } = some;
  const [at, setAt] = useState({ row: 0, column: 0 });
  /** Where a click or the arrows have led is where the tab key comes back to. */
  const follow = (event: FocusEvent) => {
    const place =
      event.target instanceof HTMLElement ? event.target.dataset.cell?.split(' ').map(Number) : undefined;
    if (place) setAt({ row: place[0] ?? 0, column: place[1] ?? 0 });
  };
  const move = (event: KeyboardEvent) => {
    const last = { row: shown.length - 1, column: days.length - 1 };
    const moves: Record<string, () => { row: number; column: number }> = {
      ArrowLeft: () => ({ ...at, column: at.column - 1 }),
      ArrowRight: () => ({ ...at, column: at.column + 1 }),
      ArrowUp: () => ({ ...at, row: at.row - 1 }),
      ArrowDown: () => ({ ...at, row: at.row + 1 }),
      PageUp: () => ({ ...at, row: at.row - 10 }),
      PageDown: () => ({ ...at, row: at.row + 10 }),
      Home: () => (event.ctrlKey ? { row: 0, column: 0 } : { ...at, column: 0 }),
      End: () => (event.ctrlKey ? last : { ...at, column: last.column }),
    };
    const next = moves[event.key]?.();
    if (!next) return;
    event.preventDefault();
    const row = Math.min(Math.max(next.row, 0), last.row);
    const column = Math.min(Math.max(next.column, 0), last.column);
    setAt({ row, column });
    grid.current?.querySelector<HTMLElement>(`[data-cell="${row} ${column}"]`)?.focus();
  };
  const totals = days.map((day) => sumOf(people.flatMap((person) => person.days.get(day) ?? [])));
  const all = sumOf(people);
  return (
    <div class="scroll" ref={showToday}>
      {/* One stop of the tab key, then arrows: a week of 200 people has 1400 cells. */}
      <table
        class="week"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: that is what a grid is made of (ARIA practices).
        role="grid"
        aria-label={t('hours.gridLabel')}
        ref={grid}
        onFocusIn={follow}
        onKeyDown={move}
      >
        <thead>
          <tr>
            <th scope="col">{t('person.name')}</th>
            {days.map((day) => {
              const hours = hoursOfDay(day, zone);
              return (
                <th key={day} scope="col" class={day === today ? 'num today' : 'num'}>
                  <span class="day-name">{formatDay(day, { weekday: 'short' })}</span>
                  {formatDay(day, { day: 'numeric', month: 'short' })}
                  {hours !== 24 && <span class="mark"> {t('hours.dayLength', { n: hours })}</span>}
                </th>
              );
            })}
            <th scope="col" class="num total">
              {t('hours.total')}
            </th>
            <th scope="col" class="num">
              {t('hours.unconfirmed')}
            </th>
            <th scope="col" class="num" title={t('hours.watchedText')}>
              {t('hours.watched')}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((person, row) => (
            <Row
              key={person.accId}
              person={person}
              row={row}
              days={days}
              unit={unit}
              stop={row === at.row ? at.column : undefined}
            />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('hours.people', { n: people.length })}</th>
            {totals.map((total, index) => (
              <td key={days[index]}>{formatHours(total.seconds, unit)}</td>
            ))}
            <td class="total">{formatHours(all.seconds, unit)}</td>
            <td>{formatHours(all.unconfirmedSeconds, unit)}</td>
            <td>{formatHours(all.watchedSeconds, unit)}</td>
          </tr>
        </tfoot>
      </table>
      <MoreOf some={some} all={people.length} />
    </div>
  );
};

/** Drawn anew only where it changed: 200 people have 1400 cells, and an arrow key moves between two of them. */
const Row = ({
  person,
  row,
  days,
  unit,
  stop,
}: {
  readonly person: PersonWeek;
  readonly row: number;
  readonly days: readonly string[];
  readonly unit: HoursUnit;
  readonly stop: number | undefined;
}) =>
  useMemo(() => {
    const own = href(['people', person.accId]);
    return (
      <tr>
        <th scope="row">
          <a class="name" href={own} tabIndex={-1}>
            <Name name={person.name} id={person.accId} />
          </a>
        </th>
        {days.map((day, column) => (
          <Cell
            key={day}
            total={person.days.get(day)}
            unit={unit}
            to={`${own}?day=${day}`}
            place={`${row} ${column}`}
            isStop={column === stop}
          />
        ))}
        <td class="total">
          <span>{formatHours(person.seconds, unit)}</span>
        </td>
        <td class={person.unconfirmedSeconds > 0 ? '' : 'zero'}>
          <span>{person.unconfirmedSeconds > 0 ? formatHours(person.unconfirmedSeconds, unit) : '–'}</span>
        </td>
        <td class={person.watchedSeconds > 0 ? '' : 'zero'}>
          <span>{person.watchedSeconds > 0 ? formatHours(person.watchedSeconds, unit) : '–'}</span>
        </td>
      </tr>
    );
  }, [person, row, days, unit, stop]);

/** Its row and its column say whose and when it is: a grid's headers are read with each cell. */
const Cell = ({
  total,
  unit,
  to,
  place,
  isStop,
}: {
  readonly total: Total | undefined;
  readonly unit: HoursUnit;
  readonly to: string;
  readonly place: string;
  readonly isStop: boolean;
}) => {
  const isUnsure = total !== undefined && total.unconfirmedSeconds > 0;
  return (
    <td class={total ? (isUnsure ? 'hatched' : undefined) : 'zero'}>
      <a href={to} data-cell={place} tabIndex={isStop ? 0 : -1} title={total && titleOf(total, unit)}>
        {total ? formatHours(total.seconds, unit) : '–'}
      </a>
    </td>
  );
};

const titleOf = ({ seconds, unconfirmedSeconds, sessions }: Total, unit: HoursUnit): string =>
  unconfirmedSeconds > 0
    ? t('hours.cellUnsure', { time: formatHours(unconfirmedSeconds, unit), all: formatHours(seconds, unit) })
    : t('hours.sessions', { n: sessions });

/** Single keys, unless somebody types or holds another one. */
const useKeys = (keys: Readonly<Record<string, () => unknown>>): void => {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog'))
        return;
      current.current[event.key]?.();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
};
