import type { SessionColumns } from '../sessions/session.ts';

/** What can happen, as its type says it on the wire. */
export const EVENT_TYPES = [
  'session.started',
  'session.stopped',
  'session.cleared',
  'session.superseded',
  'session.stale',
  'session.auto_closed',
  'session.corrected',
  'server.reset',
  'server.roster_incomplete',
  'log.appended',
  'account_activity.recorded',
  'account.created',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** What `POST .../test` sends: nobody subscribes to it. */
export const TEST_EVENT = 'webhook.test';

export type MessageType = EventType | typeof TEST_EVENT;

/** What an endpoint can ask for: one type, all of a kind (`session.*`), or all (`*`). */
export const EVENT_PATTERNS: readonly string[] = [
  '*',
  ...new Set(EVENT_TYPES.map((type) => `${type.split('.', 1)[0]}.*`)),
  ...EVENT_TYPES,
];

export const FORMATS = ['standard', 'discord', 'slack'] as const;
export type Format = (typeof FORMATS)[number];

/** Why an endpoint gets nothing: somebody said so, it answered 410, or it has only failed for five days. */
export type DisabledReason = 'requested' | 'gone' | 'failing';

/** A webhook endpoint as its owner sees it: everything but its secrets. Instants in epoch milliseconds. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly communityId: number;
  readonly url: string;
  readonly format: Format;
  readonly events: readonly string[];
  readonly description: string | null;
  /** So long events are gathered into one message; null: each event is one. */
  readonly digestSeconds: number | null;
  readonly createdAt: number;
  readonly disabledAt: number | null;
  readonly disabledReason: DisabledReason | null;
  /** The first failure since the last success. */
  readonly failingSince: number | null;
  readonly lastAttemptAt: number | null;
}

/** What the owner decides about an endpoint. */
export interface EndpointInput {
  readonly url: string;
  readonly format: Format;
  readonly events: readonly string[];
  readonly description: string | null;
  readonly digestSeconds: number | null;
}

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One try to deliver a message. */
export interface Attempt {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The HTTP status; null where there was no answer. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Why there was no answer, or why none was asked for. */
  readonly error: string | null;
  /** The first KiB of the answer. */
  readonly response: string | null;
}

/** Tells in a delivery how many of ours led to it; a call that carries it on is counted. */
export const HOPS_HEADER = 'Rollcall-Hops';

/** A session as an event tells of it, and what its account was called then; null where nothing but its id was known. */
export type SessionEvent = SessionColumns & { readonly name: string | null };

/** What the outbox keeps of an event of each type: by the names of the database, which also writes most of them. */
export interface EventData
  extends Record<Extract<EventType, `session.${string}`>, SessionEvent>,
    Record<typeof TEST_EVENT, { readonly text: string }> {
  readonly 'server.reset': {
    readonly server_id: number;
    readonly count: number;
    readonly sessions: readonly SessionEvent[];
  };
  readonly 'server.roster_incomplete': {
    readonly server_id: number;
    readonly unnamed: number;
    /** Epoch milliseconds. */
    readonly since: number;
  };
  readonly 'log.appended': {
    readonly count: number;
    readonly entries: readonly {
      readonly platform: string;
      readonly serial: string;
      readonly action_type: string;
    }[];
  };
  readonly 'account_activity.recorded': {
    readonly count: number;
    readonly records: readonly {
      readonly message: string | null;
      readonly user: string;
      readonly type: string;
    }[];
  };
  readonly 'account.created': {
    readonly id: string;
    readonly created_at: number;
    readonly name: string | null;
  };
}

/** An event's type with its data. */
export type EventOf<T extends MessageType = MessageType> = {
  [Type in T]: { readonly type: Type; readonly data: EventData[Type] };
}[T];

/** A message on its way to one endpoint. */
export type Message = Envelope & EventOf;

interface Envelope {
  readonly endpointId: string;
  readonly seq: number;
  /** Epoch milliseconds of the event. */
  readonly createdAt: number;
  readonly actor: string;
  /** How many deliveries of our own led to the event. */
  readonly hops: number;
  /** What people call the server that it is about; null where it has no name, or the event no server. */
  readonly serverName: string | null;
}

/** A message with what became of it. */
export type Delivery = Message & {
  readonly status: DeliveryStatus;
  readonly attempts: readonly Attempt[];
};

/**
 * The id of a message at its endpoint: the `webhook-id` header, the same over all retries, resends and replays. Without
 * a full stop, which separates the parts of what is signed.
 */
export const messageId = ({ endpointId, seq }: Pick<Message, 'endpointId' | 'seq'>): string =>
  `${endpointId}_${seq}`;

/** The parts of a message's id; undefined for any other text. */
export const parseMessageId = (id: string): { endpointId: string; seq: number } | undefined => {
  const [, endpointId, seq] = /^([0-9a-f-]{36})_([1-9]\d{0,15})$/.exec(id) ?? [];
  return endpointId && Number.isSafeInteger(Number(seq)) ? { endpointId, seq: Number(seq) } : undefined;
};
