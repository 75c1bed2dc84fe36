import { changeSettings as change } from '../../../core/access/communities.ts';
import { SETTINGS_EXAMPLE, settingsPatchSchema, settingsSchema } from '../../kit/access-wire.ts';
import { defineOperation } from '../../kit/operation.ts';

export const changeSettings = defineOperation({
  operationId: 'changeSettings',
  method: 'PATCH',
  path: '/v2/community/settings',
  tag: 'Access',
  summary: "Change the community's settings",
  description: 'Any of the settings; an unknown name or a bad value is refused and changes nothing.',
  access: { scope: 'admin' },
  body: settingsPatchSchema,
  bodyExample: { idleTimeoutSeconds: 7200, timezone: 'Europe/Madrid' },
  success: {
    status: 200,
    schema: settingsSchema,
    example: { ...SETTINGS_EXAMPLE, idleTimeoutSeconds: 7200, timezone: 'Europe/Madrid' },
  },
  handle: ({ ctx, body }) => change(ctx, body),
});
