import type { CommunityActor } from '../access/actor.ts';
import type { Settings } from '../access/settings.ts';
import { type AccountRef, identifierKey } from '../accounts/identifiers.ts';
import { resolveAccounts } from '../accounts/resolve-queries.ts';
import type { Ctx } from '../context.ts';
import { commit } from '../webhooks/events.ts';
import { areKnown, remember } from './known-names.ts';
import {
  noteSightings,
  type Sighting,
  type SightingRow,
  sessionIdAt,
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
  const named = firstOfEach(accounts);
  const isKnown = areKnown(ctx.actor.community, named, now);
  const [, rows] = await commit(
    ctx,
    [
      isKnown
        ? []
        : resolveAccounts({
            communityId,
            serverId,
            maxIdentifiers: ctx.actor.community.quotas.identifiersPerAccount,
            accounts: named,
            now,
            newId: ctx.newId,
            mayCreate: false,
          }),
      noteSightings(sighting),
      noteAlive(sighting, sighting.moment),
    ],
    { isRepeatable: true },
  );
  const sightings = rows as unknown as (SightingRow & { position: number; account_id: string })[];
  const found = new Map(sightings.map((row) => [row.position, row]));
  if (!isKnown)
    remember(
      ctx.actor.community,
      accounts.filter((_, position) => found.has(position)),
      now,
    );
  // Of an account that is named twice, only the first entry starts a session.
  const started = new Map<string, string>();
  for (const { outcome, account_id: accountId, position } of sightings) {
    if (outcome === 'resumed' && !started.has(accountId)) {
      started.set(accountId, sessionIdAt(sighting.ids, position));
    }
  }
  return accounts.map((_, position) => toResult(found.get(position), started));
};

/** The accounts, but of those that the same identifier names only the first. */
const firstOfEach = (accounts: readonly AccountRef[]): AccountRef[] => [
  ...new Map(accounts.toReversed().map((account) => [identifierKey(account[0]), account])).values(),
];

const toResult = (
  row: (SightingRow & { account_id: string }) | undefined,
  started: ReadonlyMap<string, string>,
): HeartbeatResult => {
  const accountId = row?.account_id ?? null;
  const startedId = accountId === null ? undefined : started.get(accountId);
  if (accountId !== null && row?.outcome === 'resumed' && startedId !== undefined) {
    return { status: 'resumed', accountId, sessionId: startedId };
  }
  const goesOn = row?.outcome === 'same' || row?.outcome === 'seen' || row?.outcome === 'kept';
  return goesOn && accountId !== null && row.id !== null
    ? { status: 'seen', accountId, sessionId: row.id }
    : { status: 'no_session', accountId, sessionId: null };
};
