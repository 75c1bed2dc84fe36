/** How tracker calls and sessions look on the wire: shared by `/v2/community` and the v1 dialect. */
import * as v from 'valibot';
import type { CommunityActor } from '../../core/access/actor.ts';
import {
  type AccountRef,
  IDENTIFIER_KINDS,
  type Identifier,
  type IdentifierKind,
  MAX_NAME_LENGTH,
} from '../../core/accounts/identifiers.ts';
import type { Ctx } from '../../core/context.ts';
import type { ActivityAction, EventRef, RecordActivity } from '../../core/sessions/record-activity.ts';
import type { Session } from '../../core/sessions/session.ts';
import { invalidField } from '../kit/fault.ts';
import {
  absentable,
  cut,
  dateTime,
  documented,
  instant,
  integer,
  integerText,
  jsonObject,
  object,
  text,
  uuid,
} from '../kit/fields.ts';
import { fieldMessage } from '../kit/messages.ts';
import { isoOrNull } from './access.ts';

/** Lua writes the number 1 of a path as `1.0`. */
const serverIdText = v.pipe(
  v.string(),
  v.transform((value) => value.replace(/\.0+$/, '')),
  integerText(1),
);

export const serverParams = v.object({ serverId: serverIdText });

/** A server in a body. Many a sender writes its numbers as text. */
export const serverEntries = {
  serverId: v.union([integer(1), serverIdText], fieldMessage('at_least', 1)),
};

export const IDENTIFIER = text(1, 128);
const INTEGER_OR_TEXT = fieldMessage('integer_or_text', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
export const UNIQUE_ID = v.union(
  [integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, INTEGER_OR_TEXT), IDENTIFIER],
  INTEGER_OR_TEXT,
);

/** A name is cut where it is too long, and cleared of what cannot be stored; never refused. */
export const NAME = v.pipe(
  v.string(),
  v.transform((value) => cut(value, MAX_NAME_LENGTH)),
  v.minLength(1, fieldMessage('length', 1, MAX_NAME_LENGTH)),
  documented(WITH_DOCS && { type: 'string', minLength: 1 }),
);

/** The five identifiers. */
export const identifierEntries = {
  accId: absentable(uuid),
  apiId: absentable(IDENTIFIER),
  discord: absentable(IDENTIFIER),
  uniqueId: absentable(UNIQUE_ID),
  username: absentable(NAME),
} satisfies Record<IdentifierKind, v.GenericSchema>;

type Identifiers = v.InferOutput<v.ObjectSchema<typeof identifierEntries, undefined>>;

export const hasIdentifier = (identifiers: Identifiers): boolean =>
  IDENTIFIER_KINDS.some((kind) => identifiers[kind] != null);

/** The identifiers of a call, the one that names the account first. */
export const toAccountRef = (identifiers: Identifiers): AccountRef => {
  const given: Identifier[] = [];
  for (const kind of IDENTIFIER_KINDS) {
    const value = identifiers[kind];
    if (value != null) given.push({ kind, value: String(value) });
  }
  const [first, ...others] = given;
  // The schema has refused a call without any.
  if (!first) throw new Error('A call names an account');
  return [first, ...others];
};

const FLAG = v.nullish(v.boolean());

/** For clients that repeat calls, or whose calls arrive late. */
export const eventEntries = { eventId: v.nullish(text(1, 128)), occurredAt: v.nullish(instant) };
type EventBody = v.InferOutput<v.ObjectSchema<typeof eventEntries, undefined>>;

/** How late a call may come, unless its key says more. */
const LATE_SECONDS = 86_400;
const MAX_AHEAD_MS = 60_000;

/** @throws Fault invalid_input for a time that is too old, or too far ahead to be a clock's fault */
export const requireRecent = (
  now: number,
  path: string,
  epochMs: number | null | undefined,
  lateSeconds = LATE_SECONDS,
): void => {
  if (epochMs != null && (epochMs < now - lateSeconds * 1000 || epochMs > now + MAX_AHEAD_MS)) {
    throw invalidField(path, fieldMessage('recent', Math.floor(lateSeconds / 360) / 10));
  }
};

/** @param path where the fields are in the body @throws Fault invalid_input */
export const toEvent = (
  { clock, actor }: Pick<Ctx<CommunityActor>, 'clock' | 'actor'>,
  { eventId, occurredAt }: EventBody,
  path = '',
): EventRef => {
  requireRecent(clock.now(), `${path}occurredAt`, occurredAt, actor.lateSeconds);
  return { eventId: eventId ?? undefined, occurredAt: occurredAt ?? undefined };
};

/** The body of a server reset. What is no object is no body: clients send `[]` for an empty one. */
export const resetBody = v.pipe(
  v.unknown(),
  v.transform((body) => (typeof body === 'object' && !Array.isArray(body) && body !== null ? body : {})),
  object(eventEntries),
);

export const activityBody = v.pipe(
  object({
    ...identifierEntries,
    forceStart: FLAG,
    forceStop: FLAG,
    forceClear: FLAG,
    metadata: v.nullish(jsonObject(4096)),
    clearReason: v.nullish(text(0, 200)),
  }),
  v.check((body) => hasIdentifier(body), fieldMessage('identifier')),
  v.forward(
    v.check(
      ({ forceStop, forceStart, forceClear }) => !(forceStop && (forceStart || forceClear)),
      fieldMessage('exclusive', 'forceStart, forceClear'),
    ),
    ['forceStop'],
  ),
);

/** A call of a client that may send what it knows of the event. */
export const activityCallBody = v.intersect([activityBody, object(eventEntries)]);

type ActivityBody = v.InferOutput<typeof activityBody>;

/** What the body asks for, as the verb takes it. */
export const toActivity = (body: ActivityBody): Omit<RecordActivity, 'serverId'> => ({
  account: toAccountRef(body),
  action: toAction(body),
  metadata: body.metadata ?? undefined,
  clearReason: body.clearReason ?? undefined,
});

/** The action that the flags ask for. */
const toAction = (flags: ActivityBody): ActivityAction => {
  if (flags.forceStop) return 'stop';
  if (flags.forceClear) return flags.forceStart ? 'clear-and-start' : 'clear';
  return flags.forceStart ? 'start' : 'toggle';
};

/** The row of the contract. */
export const sessionSchema = () =>
  v.object({
    id: v.string(),
    status: v.boolean(),
    accId: v.string(),
    serverId: v.number(),
    start: dateTime(),
    end: v.nullable(dateTime()),
    clearReason: v.nullable(v.string()),
    metadata: v.record(v.string(), v.unknown()),
    continues: v.optional(v.string()),
  });

/** A session without what the call said of it. */
export const BARE_SESSION_EXAMPLE = {
  id: '55555555-5555-5555-5555-555555555555',
  status: true,
  accId: '00000000-0000-0000-0000-000000000000',
  serverId: 1,
  start: '2026-04-15T00:00:00.000Z',
  end: null,
  clearReason: null,
};

export const SESSION_EXAMPLE = { ...BARE_SESSION_EXAMPLE, metadata: {} };

/** The answer to a server's reset. */
export const RESET_EXAMPLE = WITH_DOCS && [
  {
    ...SESSION_EXAMPLE,
    status: false,
    end: '2026-04-15T02:00:00.000Z',
    clearReason: 'All server activity stopped that were in progress',
  },
];

export const toSessionWire = (session: Session) => ({
  id: session.id,
  status: session.endedAt === null,
  accId: session.accountId,
  serverId: session.serverId,
  start: isoOrNull(session.startedAt),
  end: isoOrNull(session.endedAt),
  clearReason: session.clearReason,
  metadata: session.metadata,
  ...(session.continuesId !== null && { continues: session.continuesId }),
});
