import * as v from 'valibot';
import { answer } from '../kit/answer.ts';
import { defineOperation } from '../kit/operation.ts';
import { SUB_VERSION } from '../wire/sub-version.ts';
import { subVersionBody } from './wire.ts';

export const getSubVersion = defineOperation({
  method: 'POST',
  path: '/general/get_sub_version',
  access: 'community',
  body: subVersionBody,
  docs: WITH_DOCS && {
    operationId: 'getSubVersionV1',
    tag: 'Activity Tracker v1',
    summary: 'Say that everything is included',
    description: 'Older clients ask this before anything else, and read the first digit.',
    bodyExample: {
      id: 'your-community',
      key: 'rc_0123456789ABCDEFGHIJKLMNOPQRSTUV0xyzAB',
      type: 'GET_SUB_VERSION',
      data: [],
    },
    answer: { schema: v.literal(String(SUB_VERSION)), example: String(SUB_VERSION), mediaType: 'text/plain' },
  },
  handle: async ({ http }) =>
    answer(http, String(SUB_VERSION), 200, { 'Content-Type': 'text/plain; charset=UTF-8' }),
});
