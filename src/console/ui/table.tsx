/** A plain table for reading: figures right and under one another, what matters less left out on a phone. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import type { Pages } from '../kit/list.ts';
import { Failure } from './states.tsx';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  readonly isNumber?: boolean;
  /** A number that only counts the rows: no wider than it must be. */
  readonly isRank?: boolean;
  /** Left out where there is little room. */
  readonly isExtra?: boolean;
  /** The cell that names the row. */
  readonly isHeader?: boolean;
  /** The title is for screen readers only. */
  readonly isSilent?: boolean;
}

export const Table = <Row,>({
  caption,
  columns,
  rows,
  keyOf,
  empty,
  footer,
  isOld,
  isLong = false,
}: {
  /** What the table is, for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string | number;
  /** What stands in its place where there are no rows. */
  readonly empty?: ComponentChildren;
  readonly footer?: ComponentChildren;
  readonly isOld?: boolean;
  /** There may be thousands of rows: some of them are drawn, and more when somebody asks. */
  readonly isLong?: boolean;
}) => {
  const some = useSome(rows, isLong);
  if (empty !== undefined && rows.length === 0) return <>{empty}</>;
  const classOf = ({ isNumber, isRank, isExtra }: Column<Row>): string =>
    [(isNumber || isRank) && 'num', isRank && 'rank', isExtra && 'hide-s'].filter(Boolean).join(' ');
  const table = (
    // biome-ignore lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls must be reached by the keyboard, and named.
    <div class={isOld ? 'scroll is-old' : 'scroll'} role="group" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="sr">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={classOf(column)}>
                {column.isSilent ? <span class="sr">{column.title}</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {some.shown.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) =>
                column.isHeader ? (
                  <th key={column.title} scope="row" class={classOf(column)}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.title} class={classOf(column)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
        {footer && <tfoot>{footer}</tfoot>}
      </table>
    </div>
  );
  return (
    <>
      {table}
      <MoreOf some={some} all={rows.length} />
    </>
  );
};

/** As many rows as are drawn at once. More would make a page slow to draw, and to go through by the keyboard. */
export const AT_ONCE = 100;

export interface Some<Row> {
  readonly shown: readonly Row[];
  readonly more: () => void;
}

/** The first of many rows, and more of them as somebody asks. Reading them again keeps how many are shown. */
export const useSome = <Row,>(rows: readonly Row[], isLong = true): Some<Row> => {
  const [count, setCount] = useState(AT_ONCE);
  return {
    shown: isLong ? rows.slice(0, count) : rows,
    more: () => setCount((before) => before + AT_ONCE),
  };
};

/** What ends rows of which only some are drawn; nothing where that is all of them. */
export const MoreOf = <Row,>({ some, all }: { readonly some: Some<Row>; readonly all: number }) =>
  some.shown.length < all ? (
    <div class="row between small muted" style={{ padding: '10px 16px' }}>
      <span>{t('table.shownOf', { n: some.shown.length, all })}</span>
      <button type="button" onClick={some.more}>
        {t('table.more')}
      </button>
    </div>
  ) : null;

/** What ends a list that goes on by a cursor: how much of it is shown, more of it, and why more could not be read. */
export const MorePages = <Item,>({
  list,
  all,
  onlyIfMore = false,
}: {
  readonly list: Pages<Item>;
  /** Of how many, where that is known. */
  readonly all?: number | undefined;
  /** Without a count under a list that is complete. */
  readonly onlyIfMore?: boolean;
}) => {
  const { items, hasMore, isReadingMore, moreError, more } = list;
  const shown = items.length;
  if (!hasMore && (onlyIfMore || shown === 0)) return null;
  return (
    <>
      {moreError && <Failure error={moreError} retry={more} />}
      <div class="row between small muted" style={{ padding: '10px 16px' }}>
        <span>
          {all === undefined ? t('table.shown', { n: shown }) : t('table.shownOf', { n: shown, all })}
        </span>
        {hasMore && (
          <button type="button" disabled={isReadingMore} onClick={more}>
            {t('table.more')}
          </button>
        )}
      </div>
    </>
  );
};
