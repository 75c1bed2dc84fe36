import { runBatch } from '../../../db/client.ts';
import type { CommunityActor } from '../../access/actor.ts';
import { type AccountRef, identifierKey, nameKey } from '../../accounts/identifiers.ts';
import { selectNamed } from '../../accounts/name-queries.ts';
import { resolveAccounts } from '../../accounts/resolve-queries.ts';
import type { Ctx } from '../../context.ts';
import { commit } from '../../webhooks/events.ts';
import { silenceNewAccounts } from './import-queries.ts';

/** Whom an imported session is about: an account, nobody that is known, or one of several with that name. */
export type Person = string | 'unknown' | 'ambiguous';

interface Named {
  readonly account: AccountRef;
  readonly serverId: number;
}

/** A bare name is somebody on each server. */
const keyOf = ({ account: [first], serverId }: Named): string =>
  first.kind === 'username' ? `${serverId} ${identifierKey(first)}` : identifierKey(first);

/**
 * The ids of the accounts that the sessions name, in their order. Somebody unknown is created, where accounts are created
 * on the spot. An import is of the past: it tells no known account a name.
 */
export const findAccountsOf = async (
  ctx: Ctx<CommunityActor>,
  sessions: readonly Named[],
  { isDryRun }: { isDryRun: boolean },
): Promise<Person[]> => {
  const { id: communityId, settings } = ctx.actor.community;
  const people = [...new Map(sessions.map((session) => [keyOf(session), session])).values()];
  const [rows] = await runBatch(ctx.db, [named(communityId, people)]);
  const found = toPeople(people, rows);
  const unknown = people.filter((person) => found.get(keyOf(person)) === 'unknown');
  if (unknown.length > 0 && !isDryRun && settings.autoCreateAccounts) {
    const now = ctx.clock.now();
    const servers = Map.groupBy(unknown, ({ serverId }) => serverId);
    const [, , created] = await commit(ctx, [
      [...servers].map(([serverId, group]) =>
        resolveAccounts({
          communityId,
          serverId,
          maxIdentifiers: ctx.actor.community.quotas.identifiersPerAccount,
          accounts: group.map(({ account }) => account),
          now,
          newId: ctx.newId,
          mayCreate: true,
        }),
      ),
      silenceNewAccounts({ communityId, now }),
      named(communityId, unknown),
    ]);
    for (const [key, person] of toPeople(unknown, created)) found.set(key, person);
  }
  return sessions.map((session) => found.get(keyOf(session)) ?? 'unknown');
};

const named = (communityId: number, people: readonly Named[]) =>
  selectNamed({
    communityId,
    items: JSON.stringify(
      people.map(({ account: [{ kind, value }], serverId }) => [kind, value, serverId, nameKey(value)]),
    ),
  });

const toPeople = (
  people: readonly Named[],
  rows: readonly { position: number; account_id: string | null; bearers: number }[],
): Map<string, Person> => {
  const found = new Map<string, Person>();
  for (const { position, account_id, bearers } of rows) {
    const person = people[position];
    if (person) found.set(keyOf(person), account_id ?? (bearers > 1 ? 'ambiguous' : 'unknown'));
  }
  return found;
};
