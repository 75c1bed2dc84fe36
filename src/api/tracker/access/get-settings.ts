import { getSettings as get } from '../../../core/access/communities.ts';
import { defineOperation } from '../../kit/operation.ts';
import { SETTINGS_EXAMPLE, settingsSchema } from '../../wire/access.ts';

export const getSettings = defineOperation({
  method: 'GET',
  path: '/v2/community/settings',
  access: { scope: 'admin' },
  docs: WITH_DOCS && {
    operationId: 'getSettings',
    tag: 'Access',
    summary: "Read the community's settings",
    answer: { schema: settingsSchema, example: SETTINGS_EXAMPLE },
  },
  handle: ({ ctx }) => get(ctx),
});
