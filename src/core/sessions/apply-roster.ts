import { itemsAt } from '../../lib/items-at.ts';
import type { CommunityActor } from '../access/actor.ts';
import { type AccountRef, identifierKey, type NotedIdentifier } from '../accounts/identifiers.ts';
import { selectConflicts } from '../accounts/resolve-queries.ts';
import type { Ctx } from '../context.ts';
import { commit } from '../webhooks/events.ts';
import { hashOfListing, placesToLookUp, remember } from './known-names.ts';
import { noteEarly } from './late/note-early.ts';
import { openQuota } from './open-quota.ts';
import { holdIfClosed } from './periods/hold-call.ts';
import {
  type Applied,
  applyListed,
  type ChangeOutcome,
  noteRoster,
  type Roster,
  type RosterChange,
  resolveListed,
  sessionIdAt,
  toApplied,
  toSessionIds,
} from './presence-queries.ts';
import { heartbeatStepMs } from './record-heartbeat.ts';
import type { Session } from './session.ts';

/** An entry of a roster. */
export interface ListedAccount {
  readonly ref: AccountRef;
  /** Of its session: a JSON object. What is new is added to what the session says; something else is another session. */
  readonly metadata?: string | undefined;
}

export interface ApplyRoster {
  readonly serverId: number;
  readonly accounts: readonly ListedAccount[];
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
  /** The places of those that could not start, since the community has as many sessions open as it may have. */
  readonly full: readonly number[];
  /** Identifiers that came beside those of an entry, and belong to another account than the entry names. */
  readonly conflicts: readonly (NotedIdentifier & { readonly position: number; readonly ownerId: string })[];
}

/**
 * Makes the server's open sessions those of the accounts listed: starts who is new, notes who is there, closes who is
 * gone where it was last seen. One round trip. The same roster twice changes nothing more, nor does an older one. One that would
 * alter a closed period becomes a question.
 */
export const applyRoster = async (ctx: Ctx<CommunityActor>, roster: ApplyRoster): Promise<RosterResult> => {
  const { serverId, accounts, unnamed, observedAt } = roster;
  // The same roster again is the same question.
  const eventId = observedAt === undefined ? undefined : `roster ${serverId} ${observedAt}`;
  const held = {
    kind: 'roster',
    serverId,
    accounts,
    unnamed,
    eventId,
    occurredAt: observedAt,
  } as const;
  return (await holdIfClosed(ctx, held, () => apply(ctx, roster))) ?? NOT_APPLIED;
};

const NOT_APPLIED: RosterResult = {
  isApplied: false,
  open: 0,
  started: [],
  resumed: [],
  closed: [],
  unknown: [],
  full: [],
  conflicts: [],
};

const apply = async (
  ctx: Ctx<CommunityActor>,
  { serverId, accounts, unnamed, observedAt }: ApplyRoster,
): Promise<RosterResult> => {
  const { id: communityId, settings, quotas } = ctx.actor.community;
  const now = ctx.clock.now();
  const seenAt = Math.min(observedAt ?? now, now);
  const listed = firstOfEach(accounts);
  const refs = listed.map(({ ref }) => ref);
  const told = listed.map(({ metadata }) => metadata);
  const quota = openQuota(ctx, listed.length);
  const roster: Roster = {
    maxOpen: quota.isNear ? quota.max : undefined,
    communityId,
    serverId,
    accounts: refs.map(([first]) => first),
    hashes: listed.map(({ ref, metadata }) => hashOfListing(communityId, ref, metadata)),
    told,
    ids: toSessionIds(ctx.newId(seenAt)),
    observedAt: observedAt ?? now,
    seenAt,
    unnamed,
    stepMs: heartbeatStepMs(settings),
    moment: { now, settings },
  };
  /** @param places of those whose names are looked up */
  const attempt = async (places: readonly number[]) => {
    const asked = itemsAt(refs, places);
    const [, conflicts, rows, , looked] = await commit(
      ctx,
      [
        asked.length > 0
          ? resolveListed(
              {
                communityId,
                serverId,
                maxIdentifiers: quotas.identifiersPerAccount,
                accounts: asked,
                now,
                newId: ctx.newId,
                mayCreate: settings.autoCreateAccounts,
              },
              { communityId, serverId, observedAt: roster.observedAt },
            )
          : [],
        selectConflicts(communityId, serverId, asked),
        applyListed(roster),
        noteRoster(roster),
        quota.look,
      ],
      { isRepeatable: true },
    );
    quota.saw(looked);
    return {
      conflicts: (conflicts ?? []).map((row) => ({ ...row, place: places[Number(row.place)] ?? 0 })),
      ...toApplied(rows),
    };
  };
  const names = { community: ctx.actor.community, by: 'roster' } as const;
  let places = placesToLookUp(names, refs, now);
  let result = await attempt(places);
  let changes = result.changes;
  if (result.unknown.some((place) => !places.includes(place))) {
    // Some have been erased since: what was known here is not true any more.
    places = [...refs.keys()];
    result = await attempt(places);
    changes = [...changes, ...result.changes];
  }
  const { conflicts, unknown, early } = result;
  if (early.length > 0) await noteEarly(ctx, { serverId, seenAt, accountIds: early });
  if (result.isNewest) {
    const unsure = new Set([...conflicts.map(({ place }) => place), ...unknown]);
    remember(
      names,
      itemsAt(
        refs,
        places.filter((place) => !unsure.has(place)),
      ),
      now,
    );
  }
  const started = startedIn(changes);
  quota.note(started.length);
  const positionsOf = (places: readonly number[]) =>
    places.map((place) => positionOf(listed, place)).sort((a, b) => a - b);
  return {
    isApplied: result.isNewest,
    open: countOpen(result),
    started: started.map((row) => toStarted(roster, row)),
    resumed: started.filter(({ outcome }) => outcome === 'resumed').map((row) => toStarted(roster, row)),
    closed: closedIn(changes).map((row) => toClosed(roster, row)),
    unknown: settings.autoCreateAccounts ? [] : positionsOf(unknown),
    full: positionsOf(result.full),
    conflicts: conflicts.map((row) => ({
      position: positionOf(listed, row.place),
      kind: String(row.kind),
      value: String(row.value),
      ownerId: String(row.owner_id),
    })),
  };
};

const STARTING: readonly ChangeOutcome[] = ['started', 'resumed', 'restarted', 'changed'];

/** Of an account that is listed under two names, only the first starts a session. */
const startedIn = (changes: readonly RosterChange[]): RosterChange[] =>
  firstBy(
    changes
      .filter(({ outcome }) => STARTING.includes(outcome))
      .sort((a, b) => (a.position ?? 0) - (b.position ?? 0)),
    ({ account_id }) => account_id,
  );

const closedIn = (changes: readonly RosterChange[]): RosterChange[] =>
  firstBy(
    changes.filter(({ ends_at }) => ends_at !== null),
    ({ id }) => id,
  );

/** How many sessions are open after a roster. */
const countOpen = ({ openBefore, changes, kept }: Applied): number =>
  openBefore -
  closedIn(changes).length +
  startedIn(changes).length +
  firstBy(kept, ({ account_id }) => account_id).length;

const toStarted = (
  { serverId, seenAt, ids }: Roster,
  { position, account_id, id, outcome, told }: RosterChange,
): Session => ({
  id: sessionIdAt(ids, position ?? 0),
  accountId: account_id,
  serverId,
  startedAt: seenAt,
  lastSeenAt: seenAt,
  endedAt: null,
  closeKind: null,
  clearReason: null,
  metadata: JSON.parse(told ?? '{}'),
  continuesId: outcome === 'resumed' ? id : null,
});

const toClosed = ({ serverId }: Roster, row: RosterChange): Session => ({
  id: String(row.id),
  accountId: row.account_id,
  serverId,
  startedAt: row.started_at ?? 0,
  lastSeenAt: row.seen_at ?? 0,
  endedAt: row.ends_at,
  closeKind: row.reason === null ? 'stopped' : 'auto_closed',
  clearReason: row.reason,
  metadata: JSON.parse(row.metadata ?? '{}'),
  continuesId: row.continues_id,
});

/** An entry of a roster with its place in it. */
interface Listed extends ListedAccount {
  readonly position: number;
}

const positionOf = (listed: readonly Listed[], place: number): number => listed[place]?.position ?? 0;

/** The entries, but of those that are named by the same identifier only the first. */
const firstOfEach = (accounts: readonly ListedAccount[]): Listed[] =>
  firstBy(
    accounts.map((account, position) => ({ ...account, position })),
    ({ ref: [first] }) => identifierKey(first),
  );

/** The items, but of those with the same key only the first. */
const firstBy = <T>(items: readonly T[], keyOf: (item: T) => unknown): T[] => {
  const seen = new Set<unknown>();
  return items.filter((item) => {
    const key = keyOf(item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
};
