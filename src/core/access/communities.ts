import { type Page, pageOf } from '../../lib/page.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { Community, CommunityActor, OperatorActor } from './actor.ts';
import {
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
  { afterId = '', limit }: { afterId?: string | undefined; limit: number },
): Promise<Page<Community>> => pageOf(await selectCommunities(ctx.db, afterId, limit + 1), limit);

/** @throws DomainError community_not_found */
export const getCommunity = async (ctx: Ctx<OperatorActor>, id: string): Promise<Community> => {
  const community = await findCommunity(ctx.db, id);
  if (!community) throw new DomainError('community_not_found', { id });
  return community;
};

/** Changes name and settings. @throws DomainError community_not_found */
export const changeCommunity = async (
  ctx: Ctx<OperatorActor>,
  id: string,
  { name, settings }: { name?: string | undefined; settings?: SettingsPatch | undefined },
): Promise<Community> => {
  const [row] = await updateCommunity(ctx.db, id, { ...(name && { name }), ...settings });
  if (!row) throw new DomainError('community_not_found', { id });
  ctx.credentials.forgetCommunity(id);
  return toCommunity(row);
};

/** Closes a tenant for good; its rows are purged by the scheduled job. @throws DomainError community_not_found */
export const deleteCommunity = async (ctx: Ctx<OperatorActor>, id: string): Promise<void> => {
  const [row] = await markCommunityDeleted(ctx.db, id, ctx.clock.now());
  if (!row) throw new DomainError('community_not_found', { id });
  ctx.credentials.forgetCommunity(id);
};

/** The settings as they are now (not as the credential cache remembers them). */
export const getSettings = async (ctx: Ctx<CommunityActor>): Promise<Settings> => {
  const community = await findCommunity(ctx.db, ctx.actor.community.id);
  if (!community) throw new DomainError('community_not_found', { id: ctx.actor.community.id });
  return community.settings;
};

/** Changes the settings that are given; other isolates notice within 30 s. */
export const changeSettings = async (ctx: Ctx<CommunityActor>, patch: SettingsPatch): Promise<Settings> => {
  const { id } = ctx.actor.community;
  const [row] = await updateCommunity(ctx.db, id, patch);
  if (!row) throw new DomainError('community_not_found', { id });
  ctx.credentials.forgetCommunity(id);
  return toCommunity(row).settings;
};
