import * as v from 'valibot';
import type { Community } from '../../core/access/actor.ts';
import { DEFAULT_QUOTAS, type Quotas } from '../../core/access/quotas.ts';
import type { Services } from '../../core/context.ts';
import { MAX_PLACES } from '../../core/places.ts';
import { invalidField } from '../kit/fault.ts';
import { documented, integer, object, text } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';
import {
  isoOrNull,
  NEW_API_KEY_EXAMPLE,
  nameSchema,
  newApiKeySchema,
  patchSchema,
  SETTINGS_EXAMPLE,
  settingsPatchSchema,
  settingsSchema,
} from '../wire/access.ts';

export const communityParams = v.object({ communityId: text(1, 128) });

const QUOTA = integer(0, 1_000_000_000);
const quotaEntries = {
  apiKeys: QUOTA,
  serviceIds: QUOTA,
  // Each event is a row per endpoint, and one statement makes them all.
  webhookEndpoints: integer(0, 100),
  inboundWebhooks: QUOTA,
  identifiersPerAccount: integer(1, 10_000),
  logEntriesPerDay: QUOTA,
  openSessions: QUOTA,
} satisfies Record<keyof Quotas, v.GenericSchema>;
export const quotasSchema = object(quotaEntries);
export const quotasPatchSchema = patchSchema(
  Object.fromEntries(Object.entries(quotaEntries).map(([name, quota]) => [name, v.nullable(quota)])) as {
    [K in keyof Quotas]: v.NullableSchema<typeof QUOTA, undefined>;
  },
);

const changeable = { settings: v.optional(settingsPatchSchema), quotas: v.optional(quotasPatchSchema) };
export const newCommunityBody = object({
  name: nameSchema,
  ...changeable,
  place: v.optional(integer(0, MAX_PLACES - 1)),
});
export const communityPatchBody = object({ name: v.optional(nameSchema), ...changeable });

export const communitySchema = () =>
  v.object({
    id: v.string(),
    name: v.string(),
    settings: settingsSchema,
    quotas: quotasSchema,
    createdAt: v.pipe(v.string(), documented(WITH_DOCS && { type: 'string', format: 'date-time' })),
    place: v.optional(v.number()),
  });
export const newCommunitySchema = () => v.object({ ...communitySchema().entries, apiKey: newApiKeySchema() });

export const COMMUNITY_EXAMPLE = {
  id: '019d8e5a-2c00-7aaa-8bbb-0123456789ab',
  name: 'Night Shift RP',
  settings: SETTINGS_EXAMPLE,
  quotas: DEFAULT_QUOTAS,
  createdAt: '2026-04-15T00:00:00.000Z',
};
export const NEW_COMMUNITY_EXAMPLE = WITH_DOCS && { ...COMMUNITY_EXAMPLE, apiKey: NEW_API_KEY_EXAMPLE };

export const toCommunityWire = ({ publicId, name, settings, quotas, createdAt, place }: Community) => ({
  id: publicId,
  name,
  settings,
  quotas,
  createdAt: isoOrNull(createdAt),
  // Of an installation with one database nobody wants to hear it.
  ...(place > 0 && { place }),
});

/** @throws Fault invalid_input for a place that has no database */
export const requirePlace = ({ places }: Pick<Services, 'places'>, place: number | undefined): void => {
  if (place !== undefined && !places[place]) {
    throw invalidField('place', fieldMessage('between', 0, places.length - 1));
  }
};
