import { type Database, type Row, readRows, runBatch } from '../../db/client.ts';
import { type ZonedFormat, zonedFormat } from '../../lib/zoned-time.ts';
import type { CommunityActor } from '../access/actor.ts';
import { selectNames } from '../accounts/name-queries.ts';
import type { Ctx } from '../context.ts';
import {
  type ActivityRecord,
  type LoginRow,
  toAuditRecord,
  toJoinRecord,
  toLoginRecord,
} from './activity-record.ts';
import type { LeafType } from './activity-type.ts';
import { type ReportPosition, selectCategoryPage } from './report-queries.ts';

/** Rows in memory at a time, shared by the categories. Each page costs a row more, the one that it goes on behind. */
const ROWS_IN_MEMORY = 5_000;
/** Accounts whose names a report remembers, so that each is looked up once. */
const MAX_NAMES = 20_000;

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
): AsyncGenerator<ReportEntry[], void, void> {
  const { id: communityId, settings } = ctx.actor.community;
  const limit = Math.min(pageRows, Math.ceil(ROWS_IN_MEMORY / categories.length));
  const convert = recordConverter(ctx.db, communityId, zonedFormat(settings.timezone));
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
      const entries = await convert(source.category, rows);
      source.last = entries.at(-1) ?? source.last;
      source.entries = user === undefined ? entries : entries.filter(({ record }) => record.user === user);
      source.next = 0;
      source.isExhausted = rows.length < limit;
    }
  };

  for (;;) {
    // A page may have nothing of the user who is asked for.
    for (let empty = needy(sources); empty.length > 0; empty = needy(sources)) await fill(empty);
    const chunk = takeUntilEmpty(sources);
    if (chunk.length === 0) return;
    yield chunk;
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

/** Makes entries of rows; looks up the names of accounts, each once in a report. */
const recordConverter = (db: Database, communityId: number, format: ZonedFormat) => {
  const names = new Map<string, string>();

  const learnNames = async (rows: readonly Row[]): Promise<void> => {
    if (names.size > MAX_NAMES) names.clear();
    const wanted = [...new Set(rows.map((row) => row.account_id as string))].filter((id) => !names.has(id));
    if (wanted.length === 0) return;
    const rowsOfNames = await readRows(db, selectNames({ communityId, ids: JSON.stringify(wanted) }));
    const told = new Map(rowsOfNames.map(({ account_id, name }) => [account_id, name]));
    for (const id of wanted) names.set(id, told.get(id) ?? id);
  };

  return async (category: LeafType, rows: readonly Row[]): Promise<ReportEntry[]> => {
    if (category === 'LOGINS') await learnNames(rows);
    return rows.map((row) => ({
      at: row.at as number,
      category,
      id: String(row.id),
      record: toRecord(category, row, names, format),
    }));
  };
};

const toRecord = (
  category: LeafType,
  row: Row,
  names: ReadonlyMap<string, string>,
  format: ZonedFormat,
): ActivityRecord => {
  const at = row.at as number;
  switch (category) {
    case 'LOGINS': {
      const accountId = row.account_id as string;
      const login: LoginRow = {
        startedAt: at,
        endedAt: row.ended_at as number | null,
        closeKind: row.close_kind as LoginRow['closeKind'],
      };
      return toLoginRecord(login, names.get(accountId) ?? accountId, format);
    }
    case 'USERS_JOINED':
      return toJoinRecord(at, (row.joined_as ?? row.id) as string, format);
    case 'ACCOUNT_CHANGED':
      return toAuditRecord(
        {
          occurredAt: at,
          type: row.type as string,
          user: row.user as string,
          message: row.message as string,
          properties: JSON.parse(row.properties as string) as Record<string, string>,
        },
        format,
      );
    default:
      return JSON.parse(row.record as string) as ActivityRecord;
  }
};
