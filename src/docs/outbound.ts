/** What webhook endpoints receive: `webhooks` of the document, one for each type of event. */
import * as v from 'valibot';
import { REPORT_EXAMPLE } from '../api/account-activity/wire.ts';
import { LOG_ENTRY_EXAMPLE, logEntrySchema } from '../api/activity-log/wire.ts';
import { dateTime, integer } from '../api/kit/fields.ts';
import { SESSION_EXAMPLE, sessionSchema } from '../api/wire/activity.ts';
import { EVENT_TYPES, type MessageType, TEST_EVENT } from '../core/webhooks/model.ts';
import { pascal } from './errors.ts';
import { describeSchema } from './glossary.ts';
import { type Json, toSchema } from './json-schema.ts';
import type { Refer } from './openapi.ts';

interface EventData {
  readonly schema: v.GenericSchema;
  readonly example: Json;
}

/** The row of a session, and what its account is called. */
const namedSessionSchema = () => v.object({ ...sessionSchema().entries, name: v.nullable(v.string()) });
const OPEN: EventData = { schema: namedSessionSchema(), example: { ...SESSION_EXAMPLE, name: 'Ana' } };
const ENDED: EventData = {
  schema: namedSessionSchema(),
  example: { ...SESSION_EXAMPLE, name: 'Ana', status: false, end: '2026-04-15T02:00:00.000Z' },
};
const ANY: EventData = { schema: v.record(v.string(), v.unknown()), example: {} };

/** What each event says. One that is not here is an object. */
const DATA: Partial<Record<MessageType, EventData>> = {
  'session.started': OPEN,
  'session.stale': OPEN,
  'session.stopped': ENDED,
  'session.cleared': ENDED,
  'session.superseded': ENDED,
  'session.auto_closed': ENDED,
  'session.corrected': ENDED,
  'server.reset': {
    schema: v.object({ serverId: integer(1), count: integer(0), sessions: v.array(namedSessionSchema()) }),
    example: { serverId: 1, count: 1, sessions: [ENDED.example] },
  },
  'account.created': {
    schema: v.object({ accId: v.string(), name: v.nullable(v.string()), createdAt: dateTime() }),
    example: { accId: SESSION_EXAMPLE.accId, name: 'Ana', createdAt: '2026-04-15T00:00:00.000Z' },
  },
  'server.roster_incomplete': {
    schema: v.object({ serverId: integer(1), unnamed: integer(1), since: dateTime() }),
    example: { serverId: 1, unnamed: 2, since: '2026-04-15T00:00:00.000Z' },
  },
  'log.appended': {
    schema: v.object({ count: integer(0), entries: v.array(logEntrySchema()) }),
    example: { count: 1, entries: [LOG_ENTRY_EXAMPLE] },
  },
  'account_activity.recorded': {
    schema: v.object({ count: integer(0), records: v.array(v.record(v.string(), v.unknown())) }),
    example: { count: 1, records: REPORT_EXAMPLE.records },
  },
};

const eventSchema = (type: MessageType, data: v.GenericSchema) =>
  v.object({
    type: v.literal(type),
    timestamp: dateTime(),
    data,
    actor: v.nullable(v.string()),
  });

const MESSAGE_TYPES: readonly MessageType[] = [...EVENT_TYPES, TEST_EVENT];

const HEADERS = [
  ['webhook-id', 'The id of the message: the same over all tries.', 'string'],
  ['webhook-timestamp', 'When this try was made, in Unix seconds.', 'integer'],
  [
    'webhook-signature',
    'The signatures of the message (Standard Webhooks), with blanks between them.',
    'string',
  ],
] as const;

export const outboundWebhooks = (refer: Refer): Json =>
  Object.fromEntries(
    MESSAGE_TYPES.map((type) => {
      const { schema, example } = DATA[type] ?? ANY;
      const shown = describeSchema(refer(toSchema(eventSchema(type, schema), type)), 'Event');
      return [
        type,
        {
          post: {
            operationId: `on${pascal(type)}`,
            tags: ['Webhooks', 'Reader'],
            summary: `Receive ${type}`,
            description:
              'Sent to each endpoint of the format `standard` that asks for it. Any 2xx is an answer.',
            security: [],
            parameters: HEADERS.map(([name, description, kind]) => ({
              name,
              in: 'header',
              required: true,
              description,
              schema: { type: kind },
            })),
            requestBody: {
              required: true,
              content: {
                'application/json': {
                  schema: shown,
                  example: {
                    type,
                    timestamp: '2026-04-15T00:00:00.000Z',
                    data: example,
                    actor: 'Game server',
                  },
                },
              },
            },
            responses: {
              '2XX': { description: 'Taken.' },
              410: { description: 'Gone: nothing more is sent to this endpoint.' },
            },
          },
        },
      ];
    }),
  );
