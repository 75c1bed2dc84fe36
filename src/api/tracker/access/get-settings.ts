import { getSettings as get } from '../../../core/access/communities.ts';
import { SETTINGS_EXAMPLE, settingsSchema } from '../../kit/access-wire.ts';
import { defineOperation } from '../../kit/operation.ts';

export const getSettings = defineOperation({
  operationId: 'getSettings',
  method: 'GET',
  path: '/v2/community/settings',
  tag: 'Access',
  summary: "Read the community's settings",
  access: { scope: 'admin' },
  success: { status: 200, schema: settingsSchema, example: SETTINGS_EXAMPLE },
  handle: ({ ctx }) => get(ctx),
});
