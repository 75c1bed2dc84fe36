import { itemsAt } from '../../lib/items-at.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Settings } from '../access/settings.ts';
import { type AccountRef, identifierKey } from '../accounts/identifiers.ts';
import { resolveAccounts } from '../accounts/resolve-queries.ts';
import type { Ctx } from '../context.ts';
import { commit } from '../webhooks/events.ts';
import { placesToLookUp, remember } from './known-names.ts';
import {
  type FoundByHeartbeat,
  noteSightings,
  type Sighting,
  sessionIdAt,
  toFound,
  toSessionIds,
} from './presence-queries.ts';
import { noteAlive } from './queries.ts';

/** What a heartbeat came upon: the account's session, if it goes on; or the one that begins after a silence. */
export type HeartbeatResult =
  | { readonly status: 'seen' | 'resumed'; readonly accountId: string; readonly sessionId: string }
  | { readonly status: 'no_session'; readonly accountId: string | null; readonly sessionId: null };

/**
 * How often a sighting is written at most: a quarter of the timeout, but so that heartbeats a minute apart, with their
 * jitter, are written each: what is known of a session is never older than its last but one heartbeat.
 */
export const heartbeatStepMs = ({
  heartbeatTimeoutSeconds,
  heartbeatStepSeconds,
}: Pick<Settings, 'heartbeatTimeoutSeconds' | 'heartbeatStepSeconds'>): number =>
  Math.min(heartbeatTimeoutSeconds * 250, heartbeatStepSeconds * 1000);

/**
 * Notes that the accounts are still on the server. A session goes on, unless a silence longer than its limit has ended it:
 * then a new one begins, which continues it. One result an account, in their order, in one round trip.
 */
export const recordHeartbeat = async (
  ctx: Ctx<CommunityActor>,
  { serverId, accounts }: { serverId: number; accounts: readonly AccountRef[] },
): Promise<HeartbeatResult[]> => {
  const { id: communityId, settings } = ctx.actor.community;
  const now = ctx.clock.now();
  const sighting: Sighting = {
    communityId,
    serverId,
    accounts: accounts.map(([first]) => first),
    seenAt: now,
    moment: { now, settings },
    ids: toSessionIds(ctx.newId(now)),
    stepMs: heartbeatStepMs(settings),
  };
  const names = { community: ctx.actor.community, by: 'heartbeat' } as const;
  const places = placesToLookUp(names, accounts, now);
  const [, [row]] = await commit(
    ctx,
    [
      places.length === 0
        ? []
        : resolveAccounts({
            communityId,
            serverId,
            maxIdentifiers: ctx.actor.community.quotas.identifiersPerAccount,
            accounts: firstOfEach(itemsAt(accounts, places)),
            now,
            newId: ctx.newId,
            mayCreate: false,
          }),
      noteSightings(sighting),
      noteAlive(sighting, sighting.moment),
    ],
    { isRepeatable: true },
  );
  const sightings = new Array<FoundByHeartbeat | undefined>(accounts.length).fill(undefined);
  const rows = row ? toFound(row) : [];
  for (const found of rows) sightings[found[0]] = found;
  remember(
    names,
    itemsAt(
      accounts,
      places.filter((place) => sightings[place]),
    ),
    now,
  );
  // Of an account that is named twice, only the first entry starts a session.
  const started = new Map<string, string>();
  for (const [position, outcome, accountId] of rows) {
    if (outcome === 'resumed' && !started.has(accountId)) {
      started.set(accountId, sessionIdAt(sighting.ids, position));
    }
  }
  return sightings.map((found) => toResult(found, started));
};

/** The accounts, but of those that the same identifier names only the first. */
const firstOfEach = (accounts: readonly AccountRef[]): AccountRef[] => [
  ...new Map(accounts.toReversed().map((account) => [identifierKey(account[0]), account])).values(),
];

const toResult = (
  found: FoundByHeartbeat | undefined,
  started: ReadonlyMap<string, string>,
): HeartbeatResult => {
  if (!found) return { status: 'no_session', accountId: null, sessionId: null };
  const [, outcome, accountId, sessionId] = found;
  if (outcome === 'resumed') {
    const startedId = started.get(accountId);
    if (startedId !== undefined) return { status: 'resumed', accountId, sessionId: startedId };
  }
  const goesOn = outcome === 'same' || outcome === 'seen' || outcome === 'kept';
  return goesOn && sessionId !== null
    ? { status: 'seen', accountId, sessionId }
    : { status: 'no_session', accountId, sessionId: null };
};
