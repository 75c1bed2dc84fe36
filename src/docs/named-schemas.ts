/** The schemas that have a name in the document. They are found by what they say, at each place that uses them. */
import type * as v from 'valibot';
import { reportSchema } from '../api/account-activity/wire.ts';
import { logEntrySchema } from '../api/activity-log/wire.ts';
import { communitySchema, newCommunitySchema, quotasPatchSchema, quotasSchema } from '../api/admin/wire.ts';
import { type AnyOperation, docsOf } from '../api/kit/operation.ts';
import { problemDialect } from '../api/kit/problem.ts';
import {
  accountDetailsSchema,
  accountSchema,
  identifierEntitySchema,
  identifierSchema,
} from '../api/tracker/accounts/wire.ts';
import { fieldErrorSchema } from '../api/tracker/activity/presence-wire.ts';
import { revisionSchema, sessionDetailsSchema } from '../api/tracker/activity/session-wire.ts';
import { totalItemSchema } from '../api/tracker/activity/totals-wire.ts';
import { consoleSessionSchema } from '../api/tracker/console/wire.ts';
import {
  callSchema,
  inboundWebhookSchema,
  newInboundWebhookSchema,
} from '../api/tracker/inbound-webhooks/wire.ts';
import { serversSchema } from '../api/tracker/servers/wire.ts';
import { newServiceIdSchema, serviceIdSchema } from '../api/tracker/service-ids/wire.ts';
import { deliverySchema, endpointSchema, newEndpointSchema } from '../api/tracker/webhooks/wire.ts';
import { apiKeySchema, newApiKeySchema, settingsPatchSchema, settingsSchema } from '../api/wire/access.ts';
import { newActivitySchema } from '../api/wire/account-activity.ts';
import { sessionSchema } from '../api/wire/activity.ts';
import { newEntrySchema } from '../api/wire/log-entry.ts';
import { pascal } from './errors.ts';
import { type Json, toObject, toSchema } from './json-schema.ts';

/** What the API has nouns for. */
const NOUNS: Readonly<Record<string, v.GenericSchema>> = {
  Session: sessionSchema(),
  SessionDetails: sessionDetailsSchema(),
  SessionRevision: revisionSchema(),
  SessionTotal: totalItemSchema(),
  Account: accountSchema(),
  AccountDetails: accountDetailsSchema(),
  Identifier: identifierSchema(),
  IdentifierEntity: identifierEntitySchema(),
  Servers: serversSchema(),
  Community: communitySchema(),
  NewCommunity: newCommunitySchema(),
  Quotas: quotasSchema,
  QuotasPatch: quotasPatchSchema,
  Settings: settingsSchema,
  SettingsPatch: settingsPatchSchema,
  ApiKey: apiKeySchema(),
  NewApiKey: newApiKeySchema(),
  ServiceId: serviceIdSchema(),
  NewServiceId: newServiceIdSchema(),
  ConsoleSession: consoleSessionSchema(),
  WebhookEndpoint: endpointSchema(),
  NewWebhookEndpoint: newEndpointSchema(),
  WebhookDelivery: deliverySchema(),
  InboundWebhook: inboundWebhookSchema(),
  NewInboundWebhook: newInboundWebhookSchema(),
  InboundCall: callSchema(),
  LogEntry: logEntrySchema(),
  NewLogEntry: newEntrySchema,
  AccountActivityReport: reportSchema(),
  NewAccountActivity: newActivitySchema,
  FieldError: fieldErrorSchema(),
};

const META = 'Meta';

/**
 * By the JSON of each: its name. A body that is no noun is called by its operation; the first of several that are alike
 * gives them its name.
 */
export const namesOfSchemas = (operations: readonly AnyOperation[]): Map<string, string> => {
  const names = new Map<string, string>();
  const add = (name: string, schema: Json): void => {
    const text = JSON.stringify(schema);
    if (!names.has(text)) names.set(text, name);
  };
  for (const [name, schema] of Object.entries(NOUNS)) add(name, toSchema(schema, name));
  const { properties } = docsOf(problemDialect).wrapSchema({});
  add(META, toObject(toObject(properties).meta));
  for (const operation of operations) {
    const { operationId, answer, rawBody } = docsOf(operation);
    const body = rawBody ?? operation.body;
    if (body) add(`${pascal(operationId)}Body`, toSchema(body, operationId));
    const shown = toSchema(answer.schema, operationId);
    if (shown.type === 'object') add(`${pascal(operationId)}Data`, shown);
  }
  return names;
};
