import { runBatch } from '../../db/client.ts';
import { fromJson } from '../../db/json.ts';
import { type ZonedFormat, zonedFormat } from '../../lib/zoned-time.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { type ActivityRecord, toAuditRecord, toJoinRecord, toLoginRecord } from './activity-record.ts';
import type { LeafType } from './activity-type.ts';
import { type ReportPosition, type ReportRow, selectCategoryPage } from './report-queries.ts';

/** Rows in memory at a time, shared by the categories. Each page costs a row more, the one that it goes on behind. */
const ROWS_IN_MEMORY = 5_000;

export interface ReportRequest {
  readonly categories: readonly LeafType[];
  /** The period in epoch milliseconds; both ends belong to it. */
  readonly from: number;
  readonly to: number;
  readonly after?: ReportPosition | undefined;
  /** Only records that show this user. */
  readonly user?: string | undefined;
  /** Rows to read of each category at once, where fewer than usual are enough. */
  readonly pageRows?: number | undefined;
}

/** A record and its place in the report. */
export interface ReportEntry extends ReportPosition {
  readonly record: ActivityRecord;
}

/** Records of the report, in its order. */
export interface ReportChunk {
  readonly entries: readonly ReportEntry[];
  /** Whether nothing follows; where that is not known yet, false. */
  readonly isLast: boolean;
}

/** What is left of one category: its rows in memory, and whether more may follow in the database. */
interface Source {
  readonly category: LeafType;
  entries: ReportEntry[];
  next: number;
  /** Behind which its rows go on. */
  last: ReportPosition | undefined;
  isExhausted: boolean;
}

/**
 * The records of the categories, oldest first, in chunks: the next page is read only when the chunk before it has been
 * taken, so that a report of any size needs the same memory.
 */
export async function* listAccountActivity(
  ctx: Ctx<CommunityActor>,
  { categories, from, to, after, user, pageRows = ROWS_IN_MEMORY }: ReportRequest,
): AsyncGenerator<ReportChunk, void, void> {
  const { id: communityId, settings } = ctx.actor.community;
  const limit = Math.min(pageRows, Math.ceil(ROWS_IN_MEMORY / categories.length));
  const format = zonedFormat(settings.timezone);
  const sources = categories.map(
    (category): Source => ({ category, entries: [], next: 0, last: after, isExhausted: false }),
  );
  const fill = async (empty: readonly Source[]): Promise<void> => {
    const pages = await runBatch(
      ctx.db,
      empty.map(({ category, last }) =>
        selectCategoryPage({ communityId, category, from, to, after: last, user, limit }),
      ),
    );
    for (const [index, source] of empty.entries()) {
      const rows = pages[index] ?? [];
      const entries = rows.map((row) => toEntry(source.category, row, format));
      source.last = entries.at(-1) ?? source.last;
      source.entries = user === undefined ? entries : entries.filter(({ record }) => record.user === user);
      source.next = 0;
      source.isExhausted = rows.length < limit;
    }
  };

  for (;;) {
    // A page may have nothing of the user who is asked for.
    for (let empty = needy(sources); empty.length > 0; empty = needy(sources)) await fill(empty);
    const entries = takeUntilEmpty(sources);
    if (entries.length === 0) return;
    const isLast = sources.every((source) => source.isExhausted && source.next === source.entries.length);
    yield { entries, isLast };
    if (isLast) return;
  }
}

/** The sources that have nothing left in memory although more of them may follow. */
const needy = (sources: readonly Source[]): Source[] =>
  sources.filter(({ entries, next, isExhausted }) => next === entries.length && !isExhausted);

/** Merges by position until a source has nothing left in memory although more of it may follow. */
const takeUntilEmpty = (sources: readonly Source[]): ReportEntry[] => {
  const chunk: ReportEntry[] = [];
  for (;;) {
    let first: { source: Source; entry: ReportEntry } | undefined;
    for (const source of sources) {
      const entry = source.entries[source.next];
      if (!entry) {
        if (!source.isExhausted) return chunk;
      } else if (!first || precedes(entry, first.entry)) {
        first = { source, entry };
      }
    }
    if (!first) return chunk;
    first.source.next += 1;
    chunk.push(first.entry);
  }
};

/** Of two records of different categories. */
const precedes = (a: ReportPosition, b: ReportPosition): boolean =>
  a.at < b.at || (a.at === b.at && a.category < b.category);

const toEntry = (category: LeafType, row: ReportRow, format: ZonedFormat): ReportEntry => ({
  at: row.at,
  category,
  id: String(row.id),
  record: toRecord(row, format),
});

const toRecord = (row: ReportRow, format: ZonedFormat): ActivityRecord => {
  if ('close_kind' in row) {
    const login = { startedAt: row.at, endedAt: row.ended_at, closeKind: row.close_kind };
    return toLoginRecord(login, row.name ?? row.account_id, format);
  }
  if ('joined_as' in row) return toJoinRecord(row.at, row.joined_as ?? row.id, format);
  if ('record' in row) return fromJson(row.record);
  const { at, type, user, message, properties } = row;
  return toAuditRecord({ occurredAt: at, type, user, message, properties: fromJson(properties) }, format);
};
