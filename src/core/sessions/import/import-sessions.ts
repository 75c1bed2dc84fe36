import { runBatch } from '../../../db/client.ts';
import type { CommunityActor } from '../../access/actor.ts';
import type { AccountRef } from '../../accounts/identifiers.ts';
import { audited } from '../../audit/audit.ts';
import type { Ctx } from '../../context.ts';
import { insertServers } from '../../servers/queries.ts';
import { findAccountsOf } from './import-accounts.ts';
import { type ConflictRow, insertImported, selectConflicts } from './import-queries.ts';

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

/** An item whose account is known, or is to be made; `key` is who that is. */
interface Named extends ImportedSession {
  readonly position: number;
  readonly accountId: string | undefined;
  readonly key: string;
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
  const { id: communityId, settings } = ctx.actor.community;
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
  const [conflicts] = await runBatch(ctx.db, [
    selectConflicts({
      communityId,
      items: JSON.stringify(
        named.map(({ accountId, serverId, start, end, eventId }) => [
          accountId ?? '',
          serverId,
          start,
          end,
          eventId ?? null,
        ]),
      ),
    }),
  ]);
  const free: Named[] = [];
  named.forEach((item, index) => {
    const refused = judge(item, conflicts[index]);
    if (refused) results[item.position] = refused;
    else free.push(item);
  });
  const fresh = withoutOverlaps(free, results);
  if (isDryRun) {
    for (const { position, accountId } of fresh) {
      results[position] = { status: 'imported', id: null, accountId: accountId ?? null };
    }
  } else if (fresh.length > 0) await insert(ctx, fresh, results);
  return results.map((result) => {
    if (!result) throw new Error('an item of an import has no result');
    return result;
  });
};

/** What stands in the database in the way of an item. */
const judge = (item: Named, conflict: ConflictRow | undefined): ImportResult | undefined => {
  const known = conflict?.by_event ?? conflict?.by_start;
  if (known) return { status: 'duplicate', id: known, accountId: item.accountId ?? null };
  if (conflict?.period) {
    const [id, to] = JSON.parse(conflict.period) as [string, number];
    return { status: 'refused', code: 'period_closed', params: { id, to: new Date(to).toISOString() } };
  }
  if (conflict?.before) {
    const [id, endedAt] = JSON.parse(conflict.before) as [string, number | null];
    if (endedAt === null || endedAt > item.start) {
      return { status: 'refused', code: 'session_overlaps', params: { id } };
    }
  }
  return undefined;
};

/** Those that are no duplicate of one before them in the import, and overlap none that is taken. */
const withoutOverlaps = (items: readonly Named[], results: (ImportResult | undefined)[]): Named[] => {
  const events = new Set<string>();
  const unique = items.filter(({ eventId, position, accountId }) => {
    if (eventId === undefined) return true;
    if (events.has(eventId)) {
      results[position] = { status: 'duplicate', id: null, accountId: accountId ?? null };
      return false;
    }
    events.add(eventId);
    return true;
  });
  const taken: Named[] = [];
  for (const group of Map.groupBy(unique, ({ key, serverId }) => `${serverId} ${key}`).values()) {
    let last: Named | undefined;
    for (const item of [...group].sort((a, b) => a.start - b.start || a.position - b.position)) {
      if (last && item.start === last.start) {
        results[item.position] = { status: 'duplicate', id: null, accountId: item.accountId ?? null };
      } else if (last && item.start < last.end) {
        results[item.position] = {
          status: 'refused',
          code: 'session_overlaps',
          params: {},
          overlaps: last.position,
        };
      } else {
        taken.push(item);
        last = item;
      }
    }
  }
  return taken;
};

const insert = async (
  ctx: Ctx<CommunityActor>,
  items: readonly Named[],
  results: (ImportResult | undefined)[],
): Promise<void> => {
  const withIds = items.map((item) => ({ ...item, id: ctx.newId(item.start) }));
  const written = await audited(ctx, ctx.actor.community.id, async (audit) => {
    const [rows] = await runBatch(ctx.db, [
      insertImported({
        communityId: audit.community.id,
        items: JSON.stringify(
          withIds.map(({ id, accountId, serverId, start, end, eventId, metadata }) => [
            id,
            accountId,
            serverId,
            start,
            end,
            eventId ?? null,
            metadata ?? '{}',
          ]),
        ),
      }),
      // A list of servers has those, too, that nobody but an import knows.
      insertServers({
        communityId: audit.community.id,
        ids: JSON.stringify([...new Set(items.map(({ serverId }) => serverId))]),
      }),
      await audit.record({
        type: 'SESSIONS_IMPORTED',
        what: `imported ${items.length} sessions`,
        target: { type: 'SESSION', name: withIds[0]?.id ?? '' },
      }),
    ]);
    return new Set(rows.map(({ id }) => id));
  });
  for (const { id, position, accountId } of withIds) {
    results[position] = written.has(id)
      ? { status: 'imported', id, accountId: accountId ?? null }
      : // Somebody was faster: to say it again tells what is in the way.
        { status: 'duplicate', id: null, accountId: accountId ?? null };
  }
};
