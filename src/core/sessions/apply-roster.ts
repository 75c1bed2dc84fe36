import { readRows } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { type AccountRef, identifierKey, type NotedIdentifier } from '../accounts/identifiers.ts';
import { resolveAccounts, selectConflicts } from '../accounts/resolve-queries.ts';
import type { Ctx } from '../context.ts';
import { commit } from '../webhooks/events.ts';
import { selectPeriodAt } from './periods/closed-period-queries.ts';
import {
  applyListed,
  countOpenSessions,
  isNewest,
  noteRoster,
  type Roster,
  type SightingRow,
  selectIsNewest,
  selectUnnamed,
} from './presence-queries.ts';
import { heartbeatStepMs } from './record-heartbeat.ts';
import { type Session, toSession } from './session.ts';

export interface ApplyRoster {
  readonly serverId: number;
  readonly accounts: readonly AccountRef[];
  /** How many entries beside `accounts` named nobody. Where there are more than in the roster before, nobody is closed. */
  readonly unnamed: number;
  /** When the server looked; absent: now. Epoch milliseconds. */
  readonly observedAt?: number | undefined;
}

/** What a roster changed. */
export interface RosterResult {
  /** False where a newer roster had come already: then nothing changed. */
  readonly isApplied: boolean;
  /** How many sessions are open on the server now. */
  readonly open: number;
  readonly started: readonly Session[];
  /** Of the sessions that started, those that go on after a silence. */
  readonly resumed: readonly Session[];
  readonly closed: readonly Session[];
  /** The places in `accounts` of those that are not known, where accounts are not created on the spot. */
  readonly unknown: readonly number[];
  /** Identifiers that came beside those of an entry, and belong to another account than the entry names. */
  readonly conflicts: readonly (NotedIdentifier & { readonly position: number; readonly ownerId: string })[];
}

/** A roster that is older may be of a closed period, which it does not change; that costs a trip to know. */
const LATE_MS = 300_000;

const isClosed = async (ctx: Ctx<CommunityActor>, at: number): Promise<boolean> => {
  const communityId = ctx.actor.community.id;
  return (await readRows(ctx.db, selectPeriodAt({ communityId, at }))).length > 0;
};

/**
 * Makes the server's open sessions those of the accounts listed: starts who is new, notes who is there, closes who is
 * gone where it was last seen. One round trip. The same roster twice changes nothing more, nor does an older one.
 */
export const applyRoster = async (
  ctx: Ctx<CommunityActor>,
  { serverId, accounts, unnamed, observedAt }: ApplyRoster,
): Promise<RosterResult> => {
  const { id: communityId, settings } = ctx.actor.community;
  const now = ctx.clock.now();
  if (observedAt !== undefined && observedAt < now - LATE_MS && (await isClosed(ctx, observedAt))) {
    return { isApplied: false, open: 0, started: [], resumed: [], closed: [], unknown: [], conflicts: [] };
  }
  const seenAt = Math.min(observedAt ?? now, now);
  const positions = firstPositions(accounts);
  const listed = positions.map((position) => accounts[position] as AccountRef);
  const roster: Roster = {
    communityId,
    serverId,
    accounts: listed.map(([first]) => first),
    firstId: ctx.newId(seenAt),
    observedAt: observedAt ?? now,
    seenAt,
    unnamed,
    stepMs: heartbeatStepMs(settings.heartbeatTimeoutSeconds),
    moment: { now, settings },
  };
  const [[newest] = [], , unknown = [], conflicts, rows = [], [count] = []] = await commit(ctx, [
    selectIsNewest(roster),
    resolveAccounts({
      communityId,
      serverId,
      accounts: listed,
      now,
      newId: ctx.newId,
      mayCreate: settings.autoCreateAccounts,
      condition: isNewest(roster),
    }),
    selectUnnamed(roster),
    selectConflicts(communityId, serverId, listed),
    applyListed(roster),
    countOpenSessions(roster),
    noteRoster(roster),
  ]);
  const changes = rows as unknown as SightingRow[];
  const started = changes
    .filter(({ new_id }) => new_id !== null)
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
    .map((row) => toStarted(roster, row));
  return {
    isApplied: Boolean(newest?.is_newest),
    open: (count?.open ?? 0) as number,
    started,
    resumed: started.filter(({ continuesId }) => continuesId !== null),
    closed: changes.filter(({ close_kind }) => close_kind !== null).map((row) => toClosed(roster, row)),
    unknown: settings.autoCreateAccounts
      ? []
      : unknown.map(({ position }) => positions[position as number] as number),
    conflicts: (conflicts ?? []).map((row) => ({
      position: positions[row.place as number] as number,
      kind: row.kind as string,
      value: row.value as string,
      ownerId: row.owner_id as string,
    })),
  };
};

const toStarted = ({ serverId, seenAt }: Roster, row: SightingRow): Session => ({
  id: String(row.new_id),
  accountId: row.account_id,
  serverId,
  startedAt: seenAt,
  lastSeenAt: seenAt,
  endedAt: null,
  closeKind: null,
  clearReason: null,
  metadata: {},
  continuesId: row.continues_id,
});

const toClosed = ({ serverId }: Roster, row: SightingRow): Session =>
  toSession({ ...row, server_id: serverId, last_seen_at: row.seen_at, continues_id: null });

/** The places of the accounts in the list, but of those only the first that are named by the same identifier. */
const firstPositions = (accounts: readonly AccountRef[]): number[] => {
  const firsts = new Map<string, number>();
  for (const [position, [first]] of accounts.entries()) {
    const key = identifierKey(first);
    if (!firsts.has(key)) firsts.set(key, position);
  }
  return [...firsts.values()];
};
