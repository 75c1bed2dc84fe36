import type { CommunityActor } from '../access/actor.ts';
import { type AccountRef, identifierKey, type NotedIdentifier } from '../accounts/identifiers.ts';
import { selectConflicts } from '../accounts/resolve-queries.ts';
import type { Ctx } from '../context.ts';
import { commit } from '../webhooks/events.ts';
import { areKnown, hashOfName, remember } from './known-names.ts';
import { openQuota } from './open-quota.ts';
import { holdIfClosed } from './periods/hold-call.ts';
import {
  applyListed,
  noteRoster,
  type Outcome,
  type Roster,
  resolveListed,
  type SightingRow,
  selectIsNewest,
  sessionIdAt,
  toSessionIds,
} from './presence-queries.ts';
import { heartbeatStepMs } from './record-heartbeat.ts';
import type { Session } from './session.ts';

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
  const held = { kind: 'roster', serverId, accounts, unnamed, eventId, occurredAt: observedAt } as const;
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
  const positions = firstPositions(accounts);
  const listed = positions.map((position) => accounts[position] as AccountRef);
  const quota = openQuota(ctx, listed.length);
  const roster: Roster = {
    maxOpen: quota.isNear ? quota.max : undefined,
    communityId,
    serverId,
    accounts: listed.map(([first]) => first),
    hashes: listed.map((ref) => hashOfName(communityId, ref)),
    ids: toSessionIds(ctx.newId(seenAt)),
    observedAt: observedAt ?? now,
    seenAt,
    unnamed,
    stepMs: heartbeatStepMs(settings),
    moment: { now, settings },
  };
  const attempt = async (resolves: boolean) => {
    const [, conflicts, rows, [count], , looked] = await commit(
      ctx,
      [
        resolves
          ? resolveListed(
              {
                communityId,
                serverId,
                maxIdentifiers: quotas.identifiersPerAccount,
                accounts: listed,
                now,
                newId: ctx.newId,
                mayCreate: settings.autoCreateAccounts,
              },
              { communityId, serverId, observedAt: roster.observedAt },
            )
          : [],
        resolves ? selectConflicts(communityId, serverId, listed) : undefined,
        applyListed(roster),
        selectIsNewest(roster),
        noteRoster(roster),
        quota.look,
      ],
      { isRepeatable: true },
    );
    quota.saw(looked);
    const earlier: SightingRow[] = [];
    return { conflicts: conflicts ?? [], earlier, changes: rows as unknown as SightingRow[], count };
  };
  let resolves = !areKnown(ctx.actor.community, listed, now);
  let result = await attempt(resolves);
  if (!resolves && result.changes.some(({ outcome }) => outcome === 'unknown')) {
    // Some have been erased since: what was known here is not true any more.
    resolves = true;
    const { changes } = result;
    result = await attempt(true);
    result.earlier.push(...changes);
  }
  const { conflicts, changes: last, count } = result;
  const changes = [...result.earlier, ...last];
  if (resolves && count?.is_newest) {
    const unsure = new Set(conflicts.map(({ place }) => place as number));
    for (const { outcome, position } of last)
      if (outcome === 'unknown' && position !== null) unsure.add(position);
    remember(
      ctx.actor.community,
      listed.filter((_, position) => !unsure.has(position)),
      now,
    );
  }
  const placesOf = (outcome: Outcome): number[] =>
    last
      .filter((row) => row.outcome === outcome)
      .map(({ position }) => positions[position ?? 0] ?? 0)
      .sort((a, b) => a - b);
  const started = changes
    .filter(({ outcome }) => STARTING.includes(outcome))
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
    // Of an account that is listed under two names, only the first starts a session.
    .filter(
      ({ account_id }, index, rows) => rows.findIndex((row) => row.account_id === account_id) === index,
    );
  quota.note(started.length);
  return {
    isApplied: Boolean(count?.is_newest),
    open: (count?.open as number | null | undefined) ?? countOpen(listed.length, last),
    started: started.map((row) => toStarted(roster, row)),
    resumed: started.filter(({ outcome }) => outcome === 'resumed').map((row) => toStarted(roster, row)),
    closed: changes
      .filter(({ outcome, is_silent }) => outcome === 'gone' || is_silent === 1)
      .filter(({ id }, index, rows) => rows.findIndex((row) => row.id === id) === index)
      .map((row) => toClosed(roster, row)),
    unknown: settings.autoCreateAccounts ? [] : placesOf('unknown'),
    full: placesOf('full'),
    conflicts: conflicts.map((row) => ({
      position: positions[row.place as number] as number,
      kind: row.kind as string,
      value: row.value as string,
      ownerId: row.owner_id as string,
    })),
  };
};

const STARTING: readonly Outcome[] = ['started', 'resumed', 'restarted'];
const OPEN: readonly Outcome[] = [...STARTING, 'same', 'seen', 'kept'];

/**
 * How many sessions are open after a complete roster: of each account that is listed, one; and those that are not listed,
 * but are known to have come since. Entries without a row are of accounts that stay.
 */
const countOpen = (length: number, rows: readonly SightingRow[]): number => {
  const due = rows.filter(({ position }) => position !== null);
  const open = new Set(due.filter(({ outcome }) => OPEN.includes(outcome)).map((row) => row.account_id));
  const left = rows.filter(({ position, outcome }) => position === null && outcome === 'overtaken');
  return length - due.length + open.size + left.length;
};

const toStarted = (
  { serverId, seenAt, ids }: Roster,
  { position, account_id, id, outcome }: SightingRow,
): Session => ({
  id: sessionIdAt(ids, position ?? 0),
  accountId: String(account_id),
  serverId,
  startedAt: seenAt,
  lastSeenAt: seenAt,
  endedAt: null,
  closeKind: null,
  clearReason: null,
  metadata: {},
  continuesId: outcome === 'resumed' ? id : null,
});

const toClosed = ({ serverId }: Roster, row: SightingRow): Session => ({
  id: String(row.id),
  accountId: String(row.account_id),
  serverId,
  startedAt: row.started_at ?? 0,
  lastSeenAt: row.seen_at ?? 0,
  endedAt: row.is_silent ? row.silent_end : row.seen_at,
  closeKind: row.is_silent ? 'auto_closed' : 'stopped',
  clearReason: row.is_silent ? row.silent_reason : null,
  metadata: JSON.parse(row.metadata ?? '{}'),
  continuesId: row.continues_id,
});

/** The places of the accounts in the list, but of those only the first that are named by the same identifier. */
const firstPositions = (accounts: readonly AccountRef[]): number[] => {
  const firsts = new Map<string, number>();
  for (const [position, [first]] of accounts.entries()) {
    const key = identifierKey(first);
    if (!firsts.has(key)) firsts.set(key, position);
  }
  return [...firsts.values()];
};
