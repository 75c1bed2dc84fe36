import * as v from 'valibot';
import type { Community } from '../../core/access/actor.ts';
import { documented, object, text } from '../kit/fields.ts';
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

export const newCommunityBody = object({ name: nameSchema, settings: v.optional(settingsPatchSchema) });
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
  });
export const newCommunitySchema = () => v.object({ ...communitySchema().entries, apiKey: newApiKeySchema() });

export const COMMUNITY_EXAMPLE = {
  id: '019d8e5a-2c00-7aaa-8bbb-0123456789ab',
  name: 'Night Shift RP',
  settings: SETTINGS_EXAMPLE,
  createdAt: '2026-04-15T00:00:00.000Z',
};
export const NEW_COMMUNITY_EXAMPLE = WITH_DOCS && { ...COMMUNITY_EXAMPLE, apiKey: NEW_API_KEY_EXAMPLE };

export const toCommunityWire = ({ publicId, name, settings, createdAt }: Community) => ({
  id: publicId,
  name,
  settings,
  createdAt: isoOrNull(createdAt),
});
