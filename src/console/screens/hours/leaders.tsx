/** Who was on most: one rule for all, ties share a rank. */
import { locale, t } from '../../i18n/index.ts';
import { useViewer } from '../../kit/context.ts';
import { toCsv } from '../../kit/csv.ts';
import { download } from '../../kit/download.ts';
import { formatDayRange, formatHours, formatNumber } from '../../kit/format.ts';
import { useQuery } from '../../kit/query.ts';
import { changeQuery, href } from '../../kit/route.ts';
import { addDays, dayAt, isDay, monthStartOf, weekStartOf } from '../../kit/time.ts';
import { type PersonTotal, totalsByPerson } from '../../kit/totals.ts';
import { Card, CopyButton, Name, Segmented, TextField } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import type { ScreenProps } from '../index.ts';

const PERIODS = ['week', 'month', 'lastWeek', 'lastMonth', 'days'] as const;
type Period = (typeof PERIODS)[number];

const daysOf = (
  period: Period,
  query: Readonly<Record<string, string>>,
  today: string,
  weekStart: number,
): { from: string; to: string } => {
  const week = weekStartOf(today, weekStart);
  switch (period) {
    case 'week':
      return { from: week, to: today };
    case 'lastWeek':
      return { from: addDays(week, -7), to: addDays(week, -1) };
    case 'month':
      return { from: monthStartOf(today), to: today };
    case 'lastMonth':
      return { from: monthStartOf(today, -1), to: addDays(monthStartOf(today), -1) };
    case 'days': {
      const from = isDay(query.from) ? query.from : addDays(today, -6);
      const to = isDay(query.to) && query.to >= from ? query.to : today < from ? from : today;
      return { from, to };
    }
    default:
      return period satisfies never;
  }
};

interface Ranked extends PersonTotal {
  readonly rank: number;
}

const ranked = (totals: readonly PersonTotal[]): Ranked[] => {
  const ordered = [...totals].sort((a, b) => b.seconds - a.seconds || a.accId.localeCompare(b.accId));
  return ordered.map((total) => ({
    ...total,
    rank: ordered.findIndex(({ seconds }) => seconds === total.seconds) + 1,
  }));
};

export const Leaders = ({ route }: ScreenProps) => {
  const { zone, weekStart } = useViewer();
  const today = dayAt(Date.now(), zone);
  const period = PERIODS.find((one) => one === route.query.period) ?? 'week';
  const { from, to } = daysOf(period, route.query, today, weekStart);
  const query = useQuery(`leaders ${from} ${to}`, () => totalsByPerson(from, to));
  const rows = ranked(query.data ?? []);
  const most = rows[0]?.seconds ?? 1;
  const nameOf = ({ name, accId }: PersonTotal) => name ?? accId;
  return (
    <>
      <div class="row between">
        <div class="filters">
          <Segmented
            label={t('hours.period')}
            value={period}
            options={PERIODS.map((one) => [one, t(`hours.period.${one}`)] as const)}
            onValue={(next) =>
              changeQuery({ period: next, from: next === 'days' ? from : '', to: next === 'days' ? to : '' })
            }
          />
          {period === 'days' && (
            <>
              <TextField
                type="date"
                label={t('filter.from')}
                value={from}
                max={to}
                onValue={(value) => changeQuery({ from: value })}
              />
              <TextField
                type="date"
                label={t('filter.to')}
                value={to}
                min={from}
                onValue={(value) => changeQuery({ to: value })}
              />
            </>
          )}
        </div>
        <div class="row">
          <CopyButton
            label={t('hours.copyTop')}
            text={rows
              .slice(0, 10)
              .map((row) => `${row.rank}. ${nameOf(row)} ${formatHours(row.seconds)}`)
              .join('\n')}
          />
          <button
            type="button"
            disabled={rows.length === 0}
            onClick={() =>
              download(
                `ranking-${from}-${to}.csv`,
                toCsv(
                  [
                    t('hours.rank'),
                    t('person.name'),
                    t('person.id'),
                    t('hours.hours'),
                    t('hours.unconfirmed'),
                    t('hours.sessionCount'),
                  ],
                  rows.map((row) => [
                    row.rank,
                    row.name ?? '',
                    row.accId,
                    Math.round(row.seconds / 36) / 100,
                    Math.round(row.unconfirmedSeconds / 36) / 100,
                    row.sessions,
                  ]),
                  'spreadsheet',
                  locale(),
                ),
              )
            }
          >
            <Icon name="download" />
            {t('action.spreadsheet')}
          </button>
        </div>
      </div>
      <Card
        title={t('hours.leadersTitle')}
        note={`${formatDayRange(from, to)} · ${t('hours.leadersRule')}`}
        flush
      >
        <Reading query={query} lines={8}>
          {() => (
            <Table
              empty={<Empty title={t('hours.none')}>{t('hours.noneText')}</Empty>}
              caption={t('hours.leadersTitle')}
              isLong
              rows={rows}
              keyOf={({ accId }) => accId}
              columns={[
                { title: t('hours.rank'), isRank: true, cell: ({ rank }) => formatNumber(rank) },
                {
                  title: t('person.name'),
                  isHeader: true,
                  cell: (row) => (
                    <a class="name" href={href(['people', row.accId])}>
                      <Name name={row.name} id={row.accId} />
                    </a>
                  ),
                },
                {
                  title: t('hours.hours'),
                  isNumber: true,
                  cell: (row) => (
                    <span class="bar-cell">
                      <span class="bar" style={{ width: `${Math.round((row.seconds / most) * 100)}%` }} />
                      {formatHours(row.seconds)}
                    </span>
                  ),
                },
                {
                  title: t('hours.unconfirmed'),
                  isNumber: true,
                  isExtra: true,
                  cell: (row) => (row.unconfirmedSeconds > 0 ? formatHours(row.unconfirmedSeconds) : '–'),
                },
                {
                  title: t('hours.sessionCount'),
                  isNumber: true,
                  isExtra: true,
                  cell: (row) => formatNumber(row.sessions),
                },
              ]}
            />
          )}
        </Reading>
      </Card>
    </>
  );
};
