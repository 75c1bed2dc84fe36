/** How presence and history show sessions: the row of the contract, and what else is known. */
import * as v from 'valibot';
import type { RevisedSession, Revision } from '../../../core/sessions/correction-queries.ts';
import type { SessionFilter } from '../../../core/sessions/history-queries.ts';
import { CLOSE_KINDS, type SessionDetails } from '../../../core/sessions/session.ts';
import { csvQuery } from '../../kit/csv.ts';
import { invalidField } from '../../kit/fault.ts';
import { dateTime, instant, integerText, object, pageQuery, text, timezone, uuid } from '../../kit/fields.ts';
import { fieldMessage } from '../../kit/messages.ts';
import { isoOrNull } from '../../wire/access.ts';
import { SESSION_EXAMPLE, sessionSchema, toSessionWire } from '../../wire/activity.ts';
import { dayOrInstant, filterQuery, toPeriodEdge } from './totals-wire.ts';

export const sessionParams = v.object({ activityId: uuid });

export const sessionDetailsSchema = () =>
  v.object({
    ...sessionSchema().entries,
    name: v.nullable(v.string()),
    lastSeen: dateTime(),
    closeKind: v.nullable(v.picklist(CLOSE_KINDS)),
    unconfirmed: v.boolean(),
    voidedAt: v.nullable(dateTime()),
    origin: v.optional(v.literal('import')),
    identifiers: v.optional(v.array(v.object({ type: v.string(), value: v.string() }))),
  });

export const CLOSED_EXAMPLE = WITH_DOCS && {
  ...SESSION_EXAMPLE,
  name: 'ana',
  status: false,
  end: '2026-04-15T02:00:00.000Z',
  lastSeen: '2026-04-15T02:00:00.000Z',
  closeKind: 'stopped',
  unconfirmed: false,
  voidedAt: null,
};

export const OPEN_EXAMPLE = WITH_DOCS && {
  ...SESSION_EXAMPLE,
  name: 'ana',
  lastSeen: '2026-04-15T02:00:00.000Z',
  closeKind: null,
  unconfirmed: false,
  voidedAt: null,
  identifiers: [
    { type: 'accId', value: '00000000-0000-0000-0000-000000000000' },
    { type: 'discord', value: '80351110224678912' },
  ],
};

export const toSessionDetailsWire = (session: SessionDetails) => ({
  ...toSessionWire(session),
  name: session.name,
  lastSeen: isoOrNull(session.lastSeenAt),
  closeKind: session.closeKind,
  unconfirmed: session.isUnconfirmed,
  voidedAt: isoOrNull(session.voidedAt),
  ...(session.isImported && { origin: 'import' }),
  ...(session.identifiers && { identifiers: session.identifiers }),
});

const { serverId: _, ...ofAccount } = filterQuery;

const filterEntries = {
  ...ofAccount,
  from: v.optional(dayOrInstant),
  to: v.optional(dayOrInstant),
  status: v.optional(v.picklist(['open', 'closed'])),
  closeKind: v.optional(v.picklist(CLOSE_KINDS)),
  includeVoided: v.optional(v.picklist(['true', 'false']), 'false'),
  includeIdentifiers: v.optional(v.picklist(['true', 'false']), 'true'),
  timezone: v.optional(timezone),
  ...csvQuery,
  limit: v.optional(integerText(1, 1000)),
  cursor: pageQuery(100, 1000).cursor,
};

/** What history can be asked by. */
export const sessionQuery = v.object({ ...filterEntries, serverId: v.optional(integerText(1)) });

/** The same for one server. */
export const serverSessionQuery = v.object(filterEntries);

type SessionQuery = v.InferOutput<typeof sessionQuery>;

/**
 * What the query asks for, but for the account that its identifier names.
 *
 * @param timeZone of the community: of days, unless the query has its own
 * @throws Fault invalid_input for a period that ends before it begins, and a day that the zone skips
 */
export const toSessionFilter = (query: SessionQuery, timeZone: string): Omit<SessionFilter, 'accountId'> => {
  const edge = (field: 'from' | 'to') => {
    const value = query[field];
    return value === undefined ? undefined : toPeriodEdge(field, value, query.timezone ?? timeZone);
  };
  const [from, to] = [edge('from'), edge('to')];
  if (from !== undefined && to !== undefined && to < from) {
    throw invalidField('to', fieldMessage('not_before', 'from'));
  }
  return {
    serverId: query.serverId,
    from,
    to,
    isOpen: query.status && query.status === 'open',
    closeKind: query.closeKind,
    includesVoided: query.includeVoided === 'true',
    metadata: query.metadata,
  };
};

const REASON = text(1, 500);

/** No session is older than the epoch, where totals begin to count. */
const sessionInstant = v.pipe(instant, v.minValue(0, fieldMessage('not_before', new Date(0).toISOString())));

/** A correction: what changes, and why. */
export const correctionBody = v.pipe(
  object({
    start: v.optional(sessionInstant),
    end: v.optional(sessionInstant),
    clearReason: v.optional(v.nullable(text(0, 200))),
    reason: REASON,
  }),
  v.check(
    ({ start, end, clearReason }) => start !== undefined || end !== undefined || clearReason !== undefined,
    fieldMessage('some_of', 'start, end, clearReason'),
  ),
);

export const voidBody = object({ reason: REASON });

const revisedSchema = () =>
  v.object({
    start: dateTime(),
    end: v.nullable(dateTime()),
    closeKind: v.nullable(v.picklist(CLOSE_KINDS)),
    clearReason: v.nullable(v.string()),
    voidedAt: v.nullable(dateTime()),
  });

export const revisionSchema = () =>
  v.object({
    id: v.string(),
    action: v.picklist(['corrected', 'voided', 'joined']),
    at: dateTime(),
    by: v.object({ kind: v.string(), id: v.string(), name: v.string() }),
    reason: v.string(),
    before: revisedSchema(),
    after: revisedSchema(),
  });

export const REVISION_EXAMPLE = {
  id: '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e60',
  action: 'corrected',
  at: '2026-04-15T09:00:00.000Z',
  by: { kind: 'api-key', id: '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e5f', name: 'Staff panel' },
  reason: 'Left at two, says the camera',
  before: {
    start: '2026-04-15T00:00:00.000Z',
    end: '2026-04-15T03:00:00.000Z',
    closeKind: 'auto_closed',
    clearReason: 'Auto-closed: no activity for 10 min',
    voidedAt: null,
  },
  after: {
    start: '2026-04-15T00:00:00.000Z',
    end: '2026-04-15T02:00:00.000Z',
    closeKind: 'stopped',
    clearReason: null,
    voidedAt: null,
  },
};

export const toRevisionWire = (revision: Revision) => ({
  id: revision.id,
  action: revision.action,
  at: isoOrNull(revision.createdAt),
  by: revision.by,
  reason: revision.reason,
  before: toRevisedWire(revision.before),
  after: toRevisedWire(revision.after),
});

const toRevisedWire = (session: RevisedSession) => ({
  start: isoOrNull(session.startedAt),
  end: isoOrNull(session.endedAt),
  closeKind: session.closeKind,
  clearReason: session.clearReason,
  voidedAt: isoOrNull(session.voidedAt),
});
