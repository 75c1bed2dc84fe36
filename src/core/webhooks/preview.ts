import { toBody } from './formats/index.ts';
import {
  EVENT_TYPES,
  type EventOf,
  type EventType,
  type Format,
  type Message,
  type SessionEvent,
} from './model.ts';

const HOUR_MS = 3_600_000;

/** What a receiver would get of such an event, without sending anything: the body as it would come. */
export const previewWebhook = (format: Format, type: EventType, now: number): string =>
  toBody(format, [sampleOf(type, now)]);

/** A digest of a restart: people leave and come back. */
export const previewDigest = (format: Format, now: number): string => {
  const [first, ...others] = (['session.stopped', 'session.started'] as const).flatMap((type) =>
    ['Ana', 'Bram', 'Chidi'].map((name) => ({
      ...ENVELOPE,
      createdAt: now,
      type,
      data: session(type, name, now),
    })),
  );
  if (!first) throw new Error('A digest has at least one event');
  return toBody(format, [first, ...others]);
};

const ENVELOPE = {
  endpointId: '019d8e5a-2c00-7e11-8c22-3f2a1c0d4e5f',
  seq: 1,
  actor: 'Game server',
  hops: 0,
  serverName: 'Main',
};

const sampleOf = (type: EventType, now: number): Message => ({
  ...ENVELOPE,
  createdAt: now,
  ...eventOf(type, now),
});

/** As the outbox keeps it. */
const eventOf = (type: EventType, now: number): EventOf<EventType> => {
  switch (type) {
    case 'server.reset':
      return { type, data: { server_id: 1, count: 1, sessions: [session('session.stopped', 'Ana', now)] } };
    case 'server.roster_incomplete':
      return { type, data: { server_id: 1, unnamed: 2, since: now } };
    case 'account.created':
      return { type, data: { id: ACCOUNT, created_at: now, name: 'Ana' } };
    case 'log.appended':
      return {
        type,
        data: { count: 1, entries: [{ platform: 'tiktok', serial: 'device_1', action_type: 'post' }] },
      };
    case 'account_activity.recorded':
      return {
        type,
        data: {
          count: 1,
          records: [{ message: 'user Ana viewed the process Opening', user: 'Ana', type: 'VIEW' }],
        },
      };
    default:
      return { type, data: session(type, 'Ana', now) };
  }
};

const ACCOUNT = '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e60';

const CLOSE_KINDS = {
  'session.started': null,
  'session.stale': null,
  'session.stopped': 'stopped',
  'session.cleared': 'cleared',
  'session.superseded': 'superseded',
  'session.auto_closed': 'auto_closed',
  'session.corrected': 'stopped',
} as const;

const session = (type: keyof typeof CLOSE_KINDS, name: string, now: number): SessionEvent => {
  const closeKind = CLOSE_KINDS[type];
  return {
    id: '019d8e5a-2c00-7abc-8def-3f2a1c0d4e61',
    account_id: ACCOUNT,
    server_id: 1,
    started_at: now - HOUR_MS,
    last_seen_at: now,
    ended_at: closeKind === null ? null : now,
    close_kind: closeKind,
    clear_reason: type === 'session.auto_closed' ? 'Auto-closed: no activity for 10 min' : null,
    continues_id: null,
    metadata: '{}',
    name,
  };
};

export const PREVIEWED: readonly [EventType, ...EventType[]] = [EVENT_TYPES[0], ...EVENT_TYPES.slice(1)];
