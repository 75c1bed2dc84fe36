import { toBody } from './formats/index.ts';
import { EVENT_TYPES, type EventType, type Format, type Message } from './model.ts';

const HOUR_MS = 3_600_000;

/** What a receiver would get of such an event, without sending anything: the body as it would come. */
export const previewWebhook = (format: Format, type: EventType, now: number): string =>
  toBody(format, [sampleOf(type, now)]);

/** A digest of a restart: people leave and come back. */
export const previewDigest = (format: Format, now: number): string => {
  const [first, ...others] = (['session.stopped', 'session.started'] as const).flatMap((type) =>
    ['Ana', 'Bram', 'Chidi'].map((name) => ({ ...sampleOf(type, now), data: session(type, name, now) })),
  );
  if (!first) throw new Error('A digest has at least one event');
  return toBody(format, [first, ...others]);
};

const sampleOf = (type: EventType, now: number): Message => ({
  endpointId: '019d8e5a-2c00-7e11-8c22-3f2a1c0d4e5f',
  seq: 1,
  type,
  createdAt: now,
  actor: 'Game server',
  hops: 0,
  data: dataOf(type, now),
  serverName: 'Main',
});

/** As the outbox keeps it. */
const dataOf = (type: EventType, now: number): unknown => {
  switch (type) {
    case 'server.reset':
      return { server_id: 1, count: 1, sessions: [session('session.stopped', 'Ana', now)] };
    case 'server.roster_incomplete':
      return { server_id: 1, unnamed: 2, since: now };
    case 'account.created':
      return { id: ACCOUNT, created_at: now, name: 'Ana' };
    case 'log.appended':
      return { count: 1, entries: [{ platform: 'tiktok', serial: 'device_1', action_type: 'post' }] };
    case 'account_activity.recorded':
      return {
        count: 1,
        records: [{ message: 'user Ana viewed the process Opening', user: 'Ana', type: 'VIEW' }],
      };
    default:
      return session(type, 'Ana', now);
  }
};

const ACCOUNT = '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e60';

const session = (type: EventType, name: string, now: number) => {
  const isOpen = type === 'session.started' || type === 'session.stale';
  return {
    id: '019d8e5a-2c00-7abc-8def-3f2a1c0d4e61',
    account_id: ACCOUNT,
    server_id: 1,
    started_at: now - HOUR_MS,
    last_seen_at: now,
    ended_at: isOpen ? null : now,
    close_kind: isOpen ? null : type === 'session.corrected' ? 'stopped' : type.slice('session.'.length),
    clear_reason: type === 'session.auto_closed' ? 'Auto-closed: no activity for 10 min' : null,
    continues_id: null,
    metadata: '{}',
    name,
  };
};

export const PREVIEWED: readonly [EventType, ...EventType[]] = [EVENT_TYPES[0], ...EVENT_TYPES.slice(1)];
