import { runBatch } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { Community, CommunityActor, OperatorActor } from './actor.ts';
import {
  type CommunityKey,
  findCommunity,
  markCommunityDeleted,
  selectCommunities,
  toCommunity,
  updateCommunity,
} from './queries.ts';
import type { Settings, SettingsPatch } from './settings.ts';

/** A page of communities, oldest first. `afterId` is the last id of the page before. */
export const listCommunities = async (
  ctx: Ctx<OperatorActor>,
  { afterId, limit }: { afterId?: string | undefined; limit: number },
): Promise<Page<Community>> => pageOf(await selectCommunities(ctx.db, afterId, limit + 1), limit);

/** @throws DomainError community_not_found */
export const getCommunity = async (ctx: Ctx<OperatorActor>, id: string): Promise<Community> => {
  const community = await findCommunity(ctx.db, id);
  if (!community) throw new DomainError('community_not_found', { id });
  return community;
};

/** Changes name and settings. @throws DomainError community_not_found */
export const changeCommunity = (
  ctx: Ctx<OperatorActor>,
  id: string,
  { name, settings = {} }: { name?: string | undefined; settings?: SettingsPatch | undefined },
): Promise<Community> => applyChanges(ctx, id, { ...(name && { name }), ...settings });

/** Closes a tenant for good; its rows are purged by the scheduled job. @throws DomainError community_not_found */
export const deleteCommunity = (ctx: Ctx<OperatorActor>, id: string): Promise<void> =>
  audited(ctx, id, async (audit) => {
    const { name } = audit.community;
    await runBatch(ctx.db, [
      markCommunityDeleted(audit.community.id, ctx.clock.now()),
      ...(await audit.record({
        type: 'COMMUNITY_DELETED',
        what: `deleted the community "${name}"`,
        target: { type: 'COMMUNITY', name },
      })),
    ]);
  });

/** The settings as they are now (not as the credential cache remembers them). */
export const getSettings = async (ctx: Ctx<CommunityActor>): Promise<Settings> => {
  const community = await findCommunity(ctx.db, ctx.actor.community.id);
  if (!community) throw new DomainError('community_not_found', { id: ctx.actor.community.publicId });
  return community.settings;
};

/** Changes the settings that are given; other isolates notice within 30 s. */
export const changeSettings = async (ctx: Ctx<CommunityActor>, patch: SettingsPatch): Promise<Settings> =>
  (await applyChanges(ctx, ctx.actor.community.id, patch)).settings;

/** Writes what differs, with old and new values on record. A patch that changes nothing leaves no record. */
const applyChanges = (
  ctx: Ctx<CommunityActor | OperatorActor>,
  key: CommunityKey,
  patch: { name?: string | undefined } & SettingsPatch,
): Promise<Community> =>
  audited(ctx, key, async (audit) => {
    const before = { name: audit.community.name, ...audit.community.settings };
    const changes = changesOf(before, patch);
    const trail =
      changes.length === 0
        ? [audit.confirm()]
        : await audit.record({
            type: 'SETTINGS_CHANGED',
            what: `changed ${changes.map(({ name, from, to }) => `${name} from ${from} to ${to}`).join(', ')}`,
            target: { type: 'SETTINGS', name: changes.map(({ name }) => name).join(', ') },
            properties: Object.fromEntries(
              changes.flatMap(({ name, from, to }) => [
                [`old${capitalize(name)}`, from],
                [`new${capitalize(name)}`, to],
              ]),
            ),
          });
    const [[row]] = await runBatch(ctx.db, [updateCommunity(audit.community.id, patch), ...trail]);
    if (!row) throw new DomainError('community_not_found', { id: audit.community.publicId });
    return toCommunity(row);
  });

/** What a patch really changes, as texts, by name. */
const changesOf = (before: Record<string, unknown>, patch: Record<string, unknown>) =>
  Object.entries(patch)
    .filter(([name, value]) => value !== undefined && value !== before[name])
    .map(([name, value]) => ({ name, from: String(before[name]), to: String(value) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
