import * as v from 'valibot';
import { addIdentifiers as add } from '../../../core/accounts/account-identifiers.ts';
import { list, object } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { IDENTIFIER, UNIQUE_ID } from '../../wire/activity.ts';
import { accountParams, IDENTIFIERS_EXAMPLE, identifierSchema, toIdentifierWire } from './wire.ts';

const COUNT = fieldMessage('count', 1, 100);

/** An account has one id of its own, so that `accId` cannot be added. */
const identifiersBody = object({
  identifiers: v.pipe(
    list(
      v.variant('type', [
        object({ type: v.picklist(['apiId', 'discord', 'username']), value: IDENTIFIER }),
        object({ type: v.literal('uniqueId'), value: UNIQUE_ID }),
      ]),
    ),
    v.minLength(1, COUNT),
    v.maxLength(100, COUNT),
  ),
});

export const addIdentifiers = defineOperation({
  method: 'POST',
  path: '/v2/community/accounts/{accountId}/identifiers',
  access: { scope: 'sessions:write' },
  params: accountParams,
  body: identifiersBody,
  status: 201,
  docs: WITH_DOCS && {
    operationId: 'addIdentifiers',
    tag: 'Accounts',
    summary: 'Add identifiers to an account',
    description:
      'All of them or none: 409 if another account has one. Those that the account already has are ' +
      'accepted again. The answer has the identifiers of the call.',
    bodyExample: { identifiers: [{ type: 'discord', value: '1234567890' }] },
    answer: {
      schema: v.array(identifierSchema()),
      example: IDENTIFIERS_EXAMPLE.filter(({ type }) => type === 'discord'),
    },
    errors: ['account_not_found', 'identifier_taken'],
  },
  handle: async ({ ctx, params, body }) => {
    const identifiers = body.identifiers.map(({ type, value }) => ({ kind: type, value: String(value) }));
    await add(ctx, params.accountId, identifiers);
    return identifiers.map(toIdentifierWire);
  },
});
