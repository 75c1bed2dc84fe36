import { changeSettings as change } from '../../../core/access/communities.ts';
import { defineOperation } from '../../kit/operation.ts';
import { SETTINGS_EXAMPLE, settingsPatchSchema, settingsSchema } from '../../wire/access.ts';

export const changeSettings = defineOperation({
  method: 'PATCH',
  path: '/v2/community/settings',
  access: { scope: 'admin' },
  body: settingsPatchSchema,
  docs: WITH_DOCS && {
    operationId: 'changeSettings',
    tag: 'Access',
    summary: "Change the community's settings",
    description:
      'Give any of the settings. An unknown name or a bad value is refused, and then nothing changes.',
    bodyExample: { idleTimeoutSeconds: 7200, timezone: 'Europe/Madrid' },
    answer: {
      schema: settingsSchema,
      example: { ...SETTINGS_EXAMPLE, idleTimeoutSeconds: 7200, timezone: 'Europe/Madrid' },
    },
  },
  handle: ({ ctx, body }) => change(ctx, body),
});
