import * as v from 'valibot';
import type { Community } from '../../core/access/actor.ts';
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
  SETTINGS_EXAMPLE,
  settingsPatchSchema,
  settingsSchema,
} from '../wire/access.ts';

export const communityParams = v.object({ communityId: text(1, 128) });

export const newCommunityBody = object({
  name: nameSchema,
  settings: v.optional(settingsPatchSchema),
  place: v.optional(integer(0, MAX_PLACES - 1)),
});
export const communityPatchBody = object({
  name: v.optional(nameSchema),
  settings: v.optional(settingsPatchSchema),
});

export const communitySchema = () =>
  v.object({
    id: v.string(),
    name: v.string(),
    settings: settingsSchema,
    createdAt: v.pipe(v.string(), documented({ type: 'string', format: 'date-time' })),
    place: v.optional(v.number()),
  });
export const newCommunitySchema = () => v.object({ ...communitySchema().entries, apiKey: newApiKeySchema() });

export const COMMUNITY_EXAMPLE = {
  id: '019d8e5a-2c00-7aaa-8bbb-0123456789ab',
  name: 'Night Shift RP',
  settings: SETTINGS_EXAMPLE,
  createdAt: '2026-04-15T00:00:00.000Z',
};
export const NEW_COMMUNITY_EXAMPLE = WITH_DOCS && { ...COMMUNITY_EXAMPLE, apiKey: NEW_API_KEY_EXAMPLE };

export const toCommunityWire = ({ publicId, name, settings, createdAt, place }: Community) => ({
  id: publicId,
  name,
  settings,
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
