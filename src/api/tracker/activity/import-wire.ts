/** How sessions that are imported look on the wire: as JSON, and as the lines of a CSV file. */
import * as v from 'valibot';
import type { ImportedSession, ImportResult } from '../../../core/sessions/import/import-sessions.ts';
import { CsvQuoteError, type CsvRow, readCsvRows } from '../../../lib/csv-reader.ts';
import { isOneOf } from '../../../lib/keys.ts';
import { localTimeReader } from '../../../lib/local-time.ts';
import { type Item, readItem } from '../../kit/batch.ts';
import { isFormula } from '../../kit/csv.ts';
import { Fault, invalidField } from '../../kit/fault.ts';
import { documented, integer, jsonObject, list, object, parseInstant, text } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { hasIdentifier, identifierEntries, toAccountRef } from '../../wire/activity.ts';

export const MAX_SESSIONS = 1000;

/** What stands in the place of a byte that is not UTF-8. */
const REPLACEMENT = '\ufffd';

/** What a file's columns can be called; `metadata.{key}` is one value of the metadata. */
export const IMPORT_COLUMNS = [
  'accId',
  'apiId',
  'discord',
  'uniqueId',
  'username',
  'serverId',
  'start',
  'end',
  'eventId',
  'metadata',
] as const;

const itemSchema = v.pipe(
  v.object({
    ...identifierEntries,
    serverId: integer(1),
    start: v.string(),
    end: v.string(),
    eventId: v.nullish(text(1, 128)),
    metadata: v.nullish(jsonObject(4096)),
  }),
  v.check((item) => hasIdentifier(item), fieldMessage('identifier')),
);

/** Each of the sessions is read on its own, once the times can be (`readSessions`). */
export const jsonBody = object({
  dryRun: v.optional(v.boolean()),
  sessions: v.pipe(
    list(v.unknown()),
    v.check(
      (items) => items.length >= 1 && items.length <= MAX_SESSIONS,
      fieldMessage('count', 1, MAX_SESSIONS),
    ),
    documented(WITH_DOCS && { type: 'array', minItems: 1, maxItems: MAX_SESSIONS, items: itemSchema }),
  ),
});

/** A body that came as CSV. */
export const csvBody = v.object({ csv: v.string() });

/** How the times of an import are written where they have no offset. */
export interface TimeFormat {
  readonly timeZone: string;
  /** The order of day and month in dates such as 03/04/2026. */
  readonly dates: 'iso' | 'dmy' | 'mdy';
}

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/;
const SLASHED = /^(\d\d?)[/.-](\d\d?)[/.-](\d{4})[,]?[T ]+(\d\d?):(\d\d)(?::(\d\d))?$/;

/** Databases write 2026-04-15 18:00:00+02, others +02:00, or a further blank before it. */
const toIso = (value: string): string =>
  value
    .replace(' ', 'T')
    .replace(' ', '')
    .replace(/(T[\d:.]+[+-]\d\d)$/, '$1:00');

/** Reads a time of an import. @throws Fault invalid_input */
const timeReader = ({ timeZone, dates }: TimeFormat, now: number) => {
  const toInstant = localTimeReader(timeZone);
  return (path: string, value: string): number => {
    const at = parseInstant(toIso(value)) ?? readLocal(path, value);
    if (at < 0) throw invalidField(path, fieldMessage('not_before', new Date(0).toISOString()));
    if (at > now) throw invalidField(path, fieldMessage('not_future'));
    return at;
  };

  function readLocal(path: string, value: string): number {
    const slashed = SLASHED.exec(value);
    if (slashed && dates === 'iso') throw invalidField(path, fieldMessage('date_order'));
    const match = slashed ?? LOCAL.exec(value);
    if (!match) throw invalidField(path, fieldMessage('import_time'));
    const [, a = '', b = '', c = '', hour = '', minute = '', second = '0'] = match;
    const [year, month, day] = !slashed ? [a, b, c] : dates === 'dmy' ? [c, b, a] : [c, a, b];
    const pad = (part: string | undefined): string => (part ?? '').padStart(2, '0');
    const iso = `${year}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}Z`;
    const local = parseInstant(iso);
    if (local === undefined) throw invalidField(path, fieldMessage('import_time'));
    const instant = toInstant(local);
    if ('at' in instant) return instant.at;
    throw invalidField(
      path,
      fieldMessage(instant.problem === 'skipped' ? 'time_skipped' : 'time_twice', timeZone),
    );
  }
};

/** Reads the items of an import, each on its own: a bad one does not cost the others. */
export const readSessions = (
  values: readonly unknown[],
  format: TimeFormat,
  now: number,
): Item<ImportedSession>[] => {
  const readTime = timeReader(format, now);
  return values.map((value) => {
    if (value instanceof Fault) return { fault: value };
    const item = readItem(itemSchema, value);
    if (item.fault) return item;
    const { serverId, start, end, eventId, metadata, ...identifiers } = item.value;
    try {
      const from = readTime('start', start);
      const to = readTime('end', end);
      if (to < from) throw invalidField('end', fieldMessage('not_before', 'start'));
      return {
        value: {
          account: toAccountRef(identifiers),
          serverId,
          start: from,
          end: to,
          eventId: eventId ?? undefined,
          metadata: metadata ?? undefined,
        },
      };
    } catch (error) {
      if (error instanceof Fault) return { fault: error };
      throw error;
    }
  });
};

/** A CSV file as items, each with the number of its line. A line that cannot be one is a Fault. */
export interface CsvItems {
  readonly items: readonly unknown[];
  readonly lines: readonly number[];
}

/**
 * The lines of a CSV file as the items that JSON would have: with comma, semicolon or tab, with or without a byte order
 * mark. @throws Fault invalid_input where its columns are not those of an import, or a quote is not closed
 */
export const readCsv = (csv: string, serverId: number | undefined): CsvItems => {
  const [header, ...rows] = readRows(csv);
  const columns = (header?.cells ?? []).map((name) => name.trim());
  // A spreadsheet writes separators for columns that were emptied.
  while (columns.at(-1) === '') columns.pop();
  requireColumns(columns, serverId !== undefined);
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const items = filled.map(({ cells }) => toItem(columns, cells, serverId));
  const lines = filled.map(({ line }) => line);
  if (items.length === 0 || items.length > MAX_SESSIONS) {
    throw invalidField('', fieldMessage('csv_lines', MAX_SESSIONS));
  }
  return { items, lines };
};

/** @throws Fault invalid_input */
const readRows = (csv: string): CsvRow[] => {
  try {
    return readCsvRows(csv);
  } catch (error) {
    if (error instanceof CsvQuoteError) throw invalidField('', fieldMessage('csv_quote', error.line));
    throw error;
  }
};

/** @throws Fault invalid_input */
const requireColumns = (columns: readonly string[], hasServer: boolean): void => {
  const known = (name: string) => isOneOf(IMPORT_COLUMNS, name) || /^metadata\..+$/.test(name);
  if (columns.some((name) => name.includes(REPLACEMENT))) throw invalidField('', fieldMessage('csv_utf8'));
  const unknown = columns.filter((name) => !known(name));
  const listed = [...IMPORT_COLUMNS, 'metadata.{key}'].join(', ');
  if (unknown.length > 0) {
    const [first = ''] = unknown;
    throw invalidField(first === '' ? 'column' : first, fieldMessage('csv_column', listed));
  }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw invalidField(twice, fieldMessage('once'));
  const missing = ['start', 'end', ...(hasServer ? [] : ['serverId'])].find(
    (name) => !columns.includes(name),
  );
  if (missing) throw invalidField(missing, fieldMessage('csv_missing', listed));
  if (!IMPORT_COLUMNS.slice(0, 5).some((name) => columns.includes(name))) {
    throw invalidField('username', fieldMessage('csv_missing', listed));
  }
};

const toItem = (
  columns: readonly string[],
  cells: readonly string[],
  serverId: number | undefined,
): unknown => {
  // An apostrophe before what looks like a formula is what our own files put there.
  const clean = (cell = ''): string => {
    const text = cell.trim();
    return text.startsWith("'") && isFormula(text.slice(1)) ? text.slice(1) : text;
  };
  // A line with more cells than columns has slipped: nothing of it is where it should be.
  if (cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
    return invalidField('line', fieldMessage('csv_cells', cells.length, columns.length));
  }
  // A name that was not read is somebody else's.
  const unread = columns.find((_, index) => cells[index]?.includes(REPLACEMENT));
  if (unread !== undefined) return invalidField(unread, fieldMessage('csv_utf8'));
  const item: Record<string, unknown> = serverId === undefined ? {} : { serverId };
  const keys: Record<string, unknown> = {};
  let metadata: unknown;
  columns.forEach((name, index) => {
    const cell = clean(cells[index]);
    if (cell === '') return;
    if (name === 'serverId') item.serverId = /^\d+$/.test(cell) ? Number(cell) : cell;
    else if (name === 'metadata') metadata = parseJson(cell);
    else if (name.startsWith('metadata.')) keys[name.slice('metadata.'.length)] = cell;
    else item[name] = cell;
  });
  item.metadata = withKeys(metadata, keys);
  return item;
};

/** What is no object stays, to be refused as that. */
const withKeys = (metadata: unknown, keys: object): unknown =>
  metadata === undefined || (typeof metadata === 'object' && !Array.isArray(metadata))
    ? { ...metadata, ...keys }
    : metadata;

const parseJson = (cell: string): unknown => {
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
};

export type { ImportResult };
