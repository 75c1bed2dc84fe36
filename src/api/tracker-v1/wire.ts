import * as v from 'valibot';
import { documented, object } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';
import {
  activityCallBody,
  eventEntries,
  hasIdentifier,
  identifierEntries,
  serverEntries,
} from '../wire/activity.ts';
import { identifierPairs } from '../wire/identifiers.ts';

/** `data` of a call: the object, or an array with it as its only element. */
const oneOf = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.unknown(),
    v.transform((data) => (Array.isArray(data) && data.length === 1 ? data[0] : data)),
    v.check((data) => !Array.isArray(data) || data.length === 0, fieldMessage('object_or_one')),
    schema,
    documented(
      WITH_DOCS && {
        anyOf: [schema, { type: 'array', minItems: 1, maxItems: 1, items: schema }],
        description:
          'What the same call of `/v2/community` takes. An array with only this object means the same.',
      },
    ),
  );

/** The envelope of every v1 call. The key decides the community: `id` is not needed. */
const envelope = <T extends string, S extends v.GenericSchema>(type: T, data: S) =>
  object({
    type: v.literal(type, fieldMessage('one_of', type)),
    id: v.optional(
      v.pipe(v.unknown(), documented(WITH_DOCS && { type: 'string', description: 'Not read.' })),
    ),
    key: v.optional(
      v.pipe(v.unknown(), documented(WITH_DOCS && { type: 'string', description: 'An API key.' })),
    ),
    data: oneOf(data),
  });

export const startStopBody = envelope(
  'ACTIVITY_TRACKER_START_STOP',
  v.intersect([object(serverEntries), activityCallBody]),
);

export const serverStartBody = envelope(
  'ACTIVITY_TRACKER_SERVER_START',
  object({ ...serverEntries, ...eventEntries }),
);

export const identifiersBody = envelope(
  'IDENTIFIERS',
  v.pipe(
    object({ ...identifierEntries, identifiers: identifierPairs }),
    v.check((data) => hasIdentifier(data), fieldMessage('identifier')),
  ),
);

/** The envelope of a call whose `data` says nothing. */
const bareEnvelope = <T extends string>(type: T) =>
  v.object({
    type: v.literal(type, fieldMessage('one_of', type)),
    id: v.optional(
      v.pipe(v.unknown(), documented(WITH_DOCS && { type: 'string', description: 'Not read.' })),
    ),
    key: v.optional(
      v.pipe(v.unknown(), documented(WITH_DOCS && { type: 'string', description: 'An API key.' })),
    ),
    data: v.optional(
      v.pipe(v.unknown(), documented(WITH_DOCS && { type: 'array', description: 'Not read.', items: {} })),
    ),
  });

export const subVersionBody = bareEnvelope('GET_SUB_VERSION');
export const gameServersBody = bareEnvelope('GET_GAME_SERVERS');

/** The API key of a v1 call, which stands in its body. */
export const keyOf = (body: unknown): string | undefined => {
  const key = typeof body === 'object' && body !== null && 'key' in body ? body.key : undefined;
  return typeof key === 'string' ? key : undefined;
};
