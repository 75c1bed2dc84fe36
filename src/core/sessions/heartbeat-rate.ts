/** How a server sends its heartbeats: one roster a minute says more than a call for each person, and costs less. */
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';

const MINUTE_MS = 60_000;
/** So many calls for a single account each, in a minute, are many. */
const MANY = 10;
const MAX_SERVERS = 1000;

const single = new Map<string, { minute: number; count: number }>();

/** Counts a heartbeat for a single account, and tells whether this isolate has had many of that server in this minute. */
export const sendsManySingle = ({ actor, clock }: Ctx<CommunityActor>, serverId: number): boolean => {
  const name = `${actor.community.publicId} ${serverId}`;
  const minute = Math.floor(clock.now() / MINUTE_MS);
  let seen = single.get(name);
  if (seen?.minute !== minute) {
    if (single.size >= MAX_SERVERS) single.clear();
    seen = { minute, count: 0 };
    single.set(name, seen);
  }
  seen.count += 1;
  return seen.count > MANY;
};
