import { runBatch } from '../../../db/client.ts';
import { fromJson } from '../../../db/json.ts';
import type { CommunityActor } from '../../access/actor.ts';
import type { AccountRef } from '../../accounts/identifiers.ts';
import { audited } from '../../audit/audit.ts';
import type { Ctx } from '../../context.ts';
import { insertServers } from '../../servers/queries.ts';
import { findAccountsOf } from './import-accounts.ts';
import { type ConflictRow, insertImported, selectByEvent, selectConflicts } from './import-queries.ts';

/** A session that is over, as somebody brings it. Epoch milliseconds. */
export interface ImportedSession {
  readonly account: AccountRef;
  readonly serverId: number;
  readonly start: number;
  /** Not before the start, not in the future. */
  readonly end: number;
  readonly eventId?: string | undefined;
  /** A JSON object. */
  readonly metadata?: string | undefined;
}

/** What became of one. */
export type ImportResult =
  /** `id` is null in a dry run. */
  | { readonly status: 'imported'; readonly id: string | null; readonly accountId: string | null }
  | { readonly status: 'duplicate'; readonly id: string | null; readonly accountId: string | null }
  | {
      readonly status: 'refused';
      readonly code: 'account_not_found' | 'name_ambiguous' | 'session_overlaps' | 'period_closed';
      readonly params: Readonly<Record<string, string | number>>;
      /** The place of the one in the import that it overlaps, where that is why. */
      readonly overlaps?: number;
    };

/** Each attempt that fails, fails because another import or correction got through. */
const MAX_ATTEMPTS = 5;

/** An item whose account is known, or is to be made; `key` is who that is. */
interface Named extends ImportedSession {
  readonly position: number;
  readonly accountId: string | undefined;
  readonly key: string;
}

/** One that nothing stands in the way of. */
interface Placed extends Named {
  /** The session before it (`ConflictRow.before`), if there is one. */
  readonly before: string | null;
  /** What one look found free, from its first to its last: nothing lies among them, neither a session nor a closed period. */
  readonly run: readonly Named[];
}

/**
 * Takes sessions in as they are: no webhook hears of them. One result each, in their order. What is there already is left as
 * it is: by its event id, else by its account, server and start. `isDryRun` says what would happen, and changes nothing.
 */
export const importSessions = async (
  ctx: Ctx<CommunityActor>,
  sessions: readonly ImportedSession[],
  { isDryRun }: { isDryRun: boolean },
): Promise<ImportResult[]> => {
  const { settings } = ctx.actor.community;
  const results: (ImportResult | undefined)[] = sessions.map(() => undefined);
  const people = await findAccountsOf(ctx, sessions, { isDryRun });
  const named = sessions.flatMap((session, position): Named[] => {
    const person = people[position] ?? 'unknown';
    const [first] = session.account;
    if (person === 'ambiguous' || (person === 'unknown' && !(isDryRun && settings.autoCreateAccounts))) {
      const code = person === 'ambiguous' ? 'name_ambiguous' : 'account_not_found';
      results[position] = { status: 'refused', code, params: { id: first.value } };
      return [];
    }
    const accountId = person === 'unknown' ? undefined : person;
    return [{ ...session, position, accountId, key: accountId ?? `${first.kind} ${first.value}` }];
  });
  let waiting: readonly Named[] = named;
  for (let attempt = 1; waiting.length > 0; attempt++) {
    if (attempt > MAX_ATTEMPTS) throw new Error('an import was overtaken by others again and again');
    const fresh = withoutOverlaps(await findFree(ctx, waiting, results), results);
    if (isDryRun) {
      for (const { position, accountId } of fresh) {
        results[position] = { status: 'imported', id: null, accountId: accountId ?? null };
      }
      break;
    }
    waiting = fresh.length > 0 ? await insert(ctx, fresh, results) : [];
  }
  return results.map((result) => {
    if (!result) throw new Error('an item of an import has no result');
    return result;
  });
};

/** From when to when the items are: one without a length takes the instant in which it is. */
const extentOf = (items: readonly ImportedSession[]): { start: number; end: number } => ({
  start: Math.min(...items.map(({ start }) => start)),
  end: Math.max(...items.map(({ start, end }) => Math.max(end, start + 1))),
});

/** Those that nothing in the database stands in the way of. The others get their results. */
const findFree = async (
  ctx: Ctx<CommunityActor>,
  items: readonly Named[],
  results: (ImportResult | undefined)[],
): Promise<Placed[]> => {
  const { id: communityId } = ctx.actor.community;
  const eventIds = JSON.stringify(items.flatMap(({ eventId }) => eventId ?? []));
  let events = eventIds === '[]' ? undefined : selectByEvent({ communityId, eventIds });
  const free: Placed[] = [];
  // Those of an account on a server together; one by one where something lies among them.
  for (let runs = [...Map.groupBy(items, placeOf).values()]; runs.length > 0; ) {
    const extents = runs.map((run) => {
      const { start, end } = extentOf(run);
      return [run[0]?.accountId ?? '', run[0]?.serverId, start, end];
    });
    const [conflicts, known = []] = await runBatch(ctx.db, [
      selectConflicts({ communityId, runs: JSON.stringify(extents) }),
      events,
    ]);
    events = undefined;
    const ids = new Map<string | undefined, string>(known.map(({ event_id, id }) => [event_id, id]));
    runs = runs.flatMap((run, index) => {
      const conflict = conflicts[index];
      const refused = conflict && judge(extentOf(run).start, run[0]?.accountId ?? null, conflict);
      const others = run.filter(({ eventId, position, accountId = null }) => {
        const id = ids.get(eventId);
        if (id !== undefined) results[position] = { status: 'duplicate', id, accountId };
        return id === undefined;
      });
      const before = conflict?.before ?? null;
      if (!refused) free.push(...others.map((item) => ({ ...item, before, run })));
      else if (run.length > 1) return others.map((item) => [item]);
      else for (const { position } of others) results[position] = refused;
      return [];
    });
  }
  return free.sort((a, b) => a.position - b.position);
};

const placeOf = ({ key, serverId }: Named): string => `${serverId} ${key}`;

/** What stands in the database in the way of what begins then. */
const judge = (
  start: number,
  accountId: string | null,
  { by_start, period, before }: ConflictRow,
): ImportResult | undefined => {
  if (by_start) return { status: 'duplicate', id: by_start, accountId };
  if (period) {
    const [id, to] = fromJson(period);
    return { status: 'refused', code: 'period_closed', params: { id, to: new Date(to).toISOString() } };
  }
  if (before) {
    const [id, , endedAt] = fromJson(before);
    if (endedAt === null || endedAt > start) {
      return { status: 'refused', code: 'session_overlaps', params: { id } };
    }
  }
  return undefined;
};

/** Those that are no duplicate of one before them in the import, and overlap none before them that is taken. */
const withoutOverlaps = (items: readonly Placed[], results: (ImportResult | undefined)[]): Placed[] => {
  const events = new Set<string>();
  const taken = new Map<string, Placed[]>();
  return items.filter((item) => {
    const { eventId, position, accountId = null, start } = item;
    const others = taken.get(placeOf(item)) ?? [];
    const isSame =
      others.some((other) => other.start === start) || (eventId !== undefined && events.has(eventId));
    const overlapped = others.find((other) => isOverlap(other, item));
    if (isSame) results[position] = { status: 'duplicate', id: null, accountId };
    else if (overlapped) {
      const overlaps = overlapped.position;
      results[position] = { status: 'refused', code: 'session_overlaps', params: {}, overlaps };
    } else {
      if (eventId !== undefined) events.add(eventId);
      others.push(item);
      taken.set(placeOf(item), others);
      return true;
    }
    return false;
  });
};

const isOverlap = (a: ImportedSession, b: ImportedSession): boolean =>
  a.start < b.start ? b.start < a.end : a.start < b.end;

/** Writes them. @returns those that somebody else was faster with: what is in their way, another look tells */
const insert = async (
  ctx: Ctx<CommunityActor>,
  items: readonly Placed[],
  results: (ImportResult | undefined)[],
): Promise<Placed[]> => {
  const withIds = items.map((item) => ({ ...item, newId: ctx.newId(item.start) }));
  const runs = [...Map.groupBy(withIds, ({ run }) => run).values()].map((items) => {
    const { start, end } = extentOf(items);
    const [{ accountId, serverId, before } = {}] = items;
    const rows = items.map((item) => [
      item.newId,
      item.start,
      item.end,
      item.eventId ?? null,
      item.metadata ?? '{}',
    ]);
    return [accountId, serverId, before, start, end, rows];
  });
  const written = await audited(ctx, ctx.actor.community.id, async (audit) => {
    const [rows] = await runBatch(ctx.db, [
      insertImported({ communityId: audit.community.id, runs: JSON.stringify(runs) }),
      // A list of servers has those, too, that nobody but an import knows.
      insertServers({
        communityId: audit.community.id,
        ids: JSON.stringify([...new Set(items.map(({ serverId }) => serverId))]),
      }),
      await audit.record({
        type: 'SESSIONS_IMPORTED',
        what: `imported ${items.length} sessions`,
        target: { type: 'SESSION', name: withIds[0]?.newId ?? '' },
      }),
    ]);
    return new Set(rows.map(({ id }) => id));
  });
  return withIds.filter(({ newId, position, accountId }) => {
    if (!written.has(newId)) return true;
    results[position] = { status: 'imported', id: newId, accountId: accountId ?? null };
    return false;
  });
};
