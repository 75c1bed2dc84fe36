/** How credentials, communities and settings look on the wire: shared by `/admin` and `/v2/community`. */

import * as v from 'valibot';
import type { ApiKey } from '../../core/access/queries.ts';
import { SCOPES } from '../../core/access/scopes.ts';
import type { Settings } from '../../core/access/settings.ts';
import { isoOf } from '../../lib/iso-time.ts';
import { dateTime, integer, jsonRecord, list, object, text, timezone } from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';

const SECONDS = integer(60, 31_536_000);
const RETENTION_DAYS = integer(1, 36_500);

const settingsEntries = {
  autoCreateAccounts: v.boolean(),
  idleTimeoutSeconds: SECONDS,
  heartbeatTimeoutSeconds: SECONDS,
  heartbeatStepSeconds: integer(1, 3600),
  maxSessionSeconds: SECONDS,
  resetGraceSeconds: integer(0, 31_536_000),
  unconfirmedEnd: v.picklist(['last-seen', 'close-time']),
  timezone,
  weekStart: v.picklist(['monday', 'saturday', 'sunday']),
  sessionRetentionDays: v.nullable(RETENTION_DAYS),
  logRetentionDays: v.nullable(RETENTION_DAYS),
  accountActivityRetentionDays: v.nullable(RETENTION_DAYS),
  emptyReportStatus: v.picklist([404, 200]),
} satisfies Record<keyof Settings, v.GenericSchema>;

/** The settings as they are read. */
export const settingsSchema = object(settingsEntries);

/** A change: any of the entries, and nothing else, so that a misspelt one is not silently ignored. */
export const patchSchema = <E extends v.ObjectEntries>(entries: E) => {
  const names = Object.keys(entries).join(', ');
  return v.pipe(
    jsonRecord,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const key of Object.keys(dataset.value)) {
        if (Object.hasOwn(entries, key)) continue;
        addIssue({
          message: fieldMessage('unknown', names),
          path: [{ type: 'object', origin: 'key', input: dataset.value, key, value: dataset.value[key] }],
        });
      }
    }),
    v.partial(object(entries)),
    v.metadata({ additionalProperties: false }),
  );
};

export const settingsPatchSchema = patchSchema(settingsEntries);

export const SETTINGS_EXAMPLE = {
  autoCreateAccounts: true,
  idleTimeoutSeconds: 43_200,
  heartbeatTimeoutSeconds: 600,
  heartbeatStepSeconds: 30,
  maxSessionSeconds: 86_400,
  resetGraceSeconds: 3600,
  unconfirmedEnd: 'last-seen',
  timezone: 'UTC',
  weekStart: 'monday',
  sessionRetentionDays: null,
  logRetentionDays: null,
  accountActivityRetentionDays: null,
  emptyReportStatus: 404,
} satisfies Settings;

export const nameSchema = text(1, 100);
export const scopesSchema = v.pipe(
  list(v.picklist(SCOPES)),
  v.minLength(1, fieldMessage('count', 1, SCOPES.length)),
  v.maxLength(SCOPES.length, fieldMessage('count', 1, SCOPES.length)),
);

export const apiKeySchema = () =>
  v.object({
    id: v.string(),
    name: v.string(),
    scopes: v.array(v.picklist(SCOPES)),
    createdAt: dateTime(),
    lastUsedAt: v.nullable(dateTime()),
    expiresAt: v.nullable(dateTime()),
    lateSeconds: v.optional(v.number()),
  });

/** With the key itself: only in the answer that creates it. */
export const newApiKeySchema = () => v.object({ key: v.string(), ...apiKeySchema().entries });

export const API_KEY_EXAMPLE = {
  id: '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e5f',
  name: 'Game server',
  scopes: ['sessions:read', 'sessions:write'],
  createdAt: '2026-04-15T00:00:00.000Z',
  lastUsedAt: null,
  expiresAt: null,
};

export const NEW_API_KEY_EXAMPLE = WITH_DOCS && {
  key: 'rc_0123456789ABCDEFGHIJKLMNOPQRSTUV0xyzAB',
  ...API_KEY_EXAMPLE,
};

/** An instant as ISO 8601 UTC with milliseconds, or null. */
export const isoOrNull = (epochMs: number | null): string | null =>
  epochMs === null ? null : isoOf(epochMs);

export const toApiKeyWire = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  scopes: key.scopes,
  createdAt: isoOrNull(key.createdAt),
  lastUsedAt: isoOrNull(key.lastUsedAt),
  expiresAt: isoOrNull(key.expiresAt),
  ...(key.lateSeconds !== null && { lateSeconds: key.lateSeconds }),
});
