import { runBatch } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import { audited } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { atPlace, requireAnswers } from '../places.ts';
import type { Community, CommunityActor, OperatorActor } from './actor.ts';
import {
  type CommunityKey,
  findCommunity,
  markCommunityDeleted,
  selectCommunities,
  toCommunity,
  updateCommunity,
} from './queries.ts';
import { changedQuotas, type QuotasPatch, storedQuotas } from './quotas.ts';
import type { Settings, SettingsPatch } from './settings.ts';

/** Where a page of communities ended: its last one's id, and where that lives. */
export interface CommunityPosition {
  readonly place: number;
  readonly afterId: string;
}

/** A page of communities: place by place, oldest first in each; or of one place alone. */
export const listCommunities = async (
  { places }: Pick<Ctx<OperatorActor>, 'places'>,
  {
    after,
    place,
    limit,
  }: { after?: CommunityPosition | undefined; place?: number | undefined; limit: number },
): Promise<Page<Community>> => {
  const found: Community[] = [];
  const first = after?.place ?? place ?? 0;
  for (const db of places.slice(first, place === undefined ? undefined : place + 1)) {
    const left = limit + 1 - found.length;
    if (left === 0) break;
    found.push(...(await selectCommunities(db, db.place === first ? after?.afterId : undefined, left)));
  }
  return pageOf(found, limit);
};

/**
 * The context where the community lives: its id does not say it, so all places are asked, side by side. Where it is not
 * found and a place did not answer, it may be there. @throws what D1 throws
 */
const atHome = async (ctx: Ctx<OperatorActor>, id: string): Promise<Ctx<OperatorActor>> => {
  if (ctx.places.length === 1) return ctx;
  const answers = await Promise.allSettled(ctx.places.map((db) => findCommunity(db, id)));
  const home = answers.findIndex((answer) => answer.status === 'fulfilled' && answer.value);
  if (home < 0) requireAnswers(answers);
  return atPlace(ctx, home) ?? ctx;
};

/** @throws DomainError community_not_found */
export const getCommunity = async (ctx: Ctx<OperatorActor>, id: string): Promise<Community> => {
  const { db } = await atHome(ctx, id);
  const community = await findCommunity(db, id);
  if (!community) throw new DomainError('community_not_found', { id });
  return community;
};

/** Changes name, settings and quotas. @throws DomainError community_not_found */
export const changeCommunity = async (
  ctx: Ctx<OperatorActor>,
  id: string,
  {
    name,
    settings = {},
    quotas,
  }: {
    name?: string | undefined;
    settings?: SettingsPatch | undefined;
    quotas?: QuotasPatch | undefined;
  },
): Promise<Community> =>
  applyChanges(await atHome(ctx, id), id, { ...(name && { name }), ...settings }, quotas);

/** Closes a tenant for good; its rows are purged by the scheduled job. @throws DomainError community_not_found */
export const deleteCommunity = async (anywhere: Ctx<OperatorActor>, id: string): Promise<void> => {
  const ctx = await atHome(anywhere, id);
  return audited(ctx, id, async (audit) => {
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
};

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
  quotasPatch?: QuotasPatch,
): Promise<Community> =>
  audited(ctx, key, async (audit) => {
    const { name, settings, quotas } = audit.community;
    const wanted = quotasPatch && changedQuotas(quotas, quotasPatch);
    const changes = changesOf({ name, ...settings, ...quotas }, { ...patch, ...wanted });
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
    const [[row]] = await runBatch(ctx.db, [
      updateCommunity(audit.community.id, {
        ...patch,
        ...(wanted && { quotas: storedQuotas(wanted) }),
      }),
      ...trail,
    ]);
    if (!row) throw new DomainError('community_not_found', { id: audit.community.publicId });
    return toCommunity(ctx.db, row);
  });

/** What a patch really changes, as texts, by name. */
const changesOf = (before: Record<string, unknown>, patch: Record<string, unknown>) =>
  Object.entries(patch)
    .filter(([name, value]) => value !== undefined && value !== before[name])
    .map(([name, value]) => ({ name, from: String(before[name]), to: String(value) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
