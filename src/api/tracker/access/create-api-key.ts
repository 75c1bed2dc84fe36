import * as v from 'valibot';
import { createApiKey as create } from '../../../core/access/api-keys.ts';
import { PRESETS, SCOPES_OF_PRESET } from '../../../core/access/scopes.ts';
import { invalidField } from '../../kit/fault.ts';
import { instant, integer, object } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import {
  NEW_API_KEY_EXAMPLE,
  nameSchema,
  newApiKeySchema,
  scopesSchema,
  toApiKeyWire,
} from '../../wire/access.ts';

/** 31 days: an offline device, a season's backlog. */
const MAX_LATE_SECONDS = 31 * 86_400;

export const createApiKey = defineOperation({
  method: 'POST',
  path: '/v2/community/api-keys',
  access: { scope: 'admin' },
  body: v.pipe(
    object({
      name: nameSchema,
      preset: v.optional(v.picklist(PRESETS)),
      scopes: v.optional(scopesSchema),
      expiresAt: v.nullish(instant),
      lateSeconds: v.nullish(integer(60, MAX_LATE_SECONDS)),
    }),
    v.forward(
      v.check(
        ({ preset, scopes }) => preset === undefined || scopes === undefined,
        fieldMessage('exclusive', 'scopes'),
      ),
      ['preset'],
    ),
    v.forward(
      v.check(({ preset, scopes }) => preset !== undefined || scopes !== undefined, fieldMessage('required')),
      ['scopes'],
    ),
  ),
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'createApiKey',
    tag: 'Access',
    summary: 'Create an API key',
    description:
      'The key is shown in this answer only. Say what it is for (`preset`) or what it may do (`scopes`). `game-server`: ' +
      'all that a game server calls, nothing that administers or deletes. `viewer`: reads. `log-writer`: appends to the ' +
      'log. `auditor`: reads, and verifies that nothing was changed. `lateSeconds` is how old `occurredAt` may be in its ' +
      'calls: a day, unless it says more, up to 31 days.',
    bodyExample: { name: 'Game server', preset: 'game-server' },
    answer: { schema: newApiKeySchema(), example: NEW_API_KEY_EXAMPLE },
    errors: ['outlives_credential', 'too_many_api_keys'],
  },
  handle: async ({
    ctx,
    body: { name, preset, scopes = preset ? SCOPES_OF_PRESET[preset] : [], expiresAt, lateSeconds },
  }) => {
    if (expiresAt != null && expiresAt <= ctx.clock.now()) {
      throw invalidField('expiresAt', fieldMessage('future'));
    }
    const { apiKey, key } = await create(ctx, {
      name,
      scopes,
      expiresAt: expiresAt ?? undefined,
      lateSeconds: lateSeconds ?? undefined,
    });
    return { key, ...toApiKeyWire(apiKey) };
  },
});
