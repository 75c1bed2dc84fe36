import type { Row } from '../../../db/client.ts';
import { type Session, toSession } from '../../sessions/session.ts';
import type { Message } from '../model.ts';

/** How an event looks in a channel: good news is green, a loss is red. */
export type Mood = 'good' | 'neutral' | 'attention' | 'bad';

/** An event in words. Texts are plain: a format escapes them for its own markup. */
export interface Description {
  readonly headline: string;
  readonly details: readonly string[];
  readonly mood: Mood;
  /** What kind of event it is, and who acted. */
  readonly source: string;
}

/** Says in English what happened. */
export const describe = (message: Message): Description => ({
  ...say(message),
  source: [message.type, message.actor].filter(Boolean).join(' · '),
});

type Words = Omit<Description, 'source'>;

const say = (message: Message): Words => {
  const row = message.data as Row;
  switch (message.type) {
    case 'session.started':
    case 'session.stopped':
    case 'session.cleared':
    case 'session.superseded':
    case 'session.stale':
    case 'session.auto_closed':
    case 'session.reopened':
    case 'session.corrected':
      return describeSession(message.type, toSession(row), nameOf(row));
    case 'server.reset':
      return {
        headline: `Server ${row.server_id} restarted`,
        details: [`${quantity(row.count, 'open session')} closed`],
        mood: 'attention',
      };
    case 'account.created':
      return { headline: `New account: ${nameOf(row)}`, details: [], mood: 'good' };
    case 'log.appended':
      return {
        headline: `${quantity(row.count, 'log entry', 'log entries')} appended`,
        details: (row.entries as Row[])
          .slice(0, 5)
          .map(({ platform, serial, action_type }) => `${platform} ${serial}: ${action_type}`),
        mood: 'neutral',
      };
    case 'account_activity.recorded':
      return {
        headline: `${quantity(row.count, 'account activity', 'account activities')} recorded`,
        details: (row.records as Row[])
          .slice(0, 5)
          .map(({ message: text, user, type }) => String(text ?? `${user}: ${type}`)),
        mood: 'neutral',
      };
    case 'webhook.test':
      return { headline: 'This is a test from Rollcall', details: ['It works.'], mood: 'good' };
    default:
      return message.type satisfies never;
  }
};

const describeSession = (
  type: Extract<Message['type'], `session.${string}`>,
  session: Session,
  name: string,
): Words => {
  const at = `on server ${session.serverId}`;
  const details = session.clearReason === null ? [] : [session.clearReason];
  const lasted = duration((session.endedAt ?? session.lastSeenAt) - session.startedAt);
  switch (type) {
    case 'session.started':
      return { headline: `${name} is active ${at}`, details, mood: 'good' };
    case 'session.stopped':
      return { headline: `${name} was active ${at} for ${lasted}`, details, mood: 'neutral' };
    case 'session.cleared':
      return { headline: `The session of ${name} ${at} does not count`, details, mood: 'attention' };
    case 'session.superseded':
      return {
        headline: `${name} ${at}: a new session replaced one of ${lasted}`,
        details,
        mood: 'attention',
      };
    case 'session.stale':
      return {
        headline: `Is ${name} still active ${at}?`,
        details: [
          `Last seen ${new Date(session.lastSeenAt).toISOString()}; the session will be closed automatically.`,
        ],
        mood: 'attention',
      };
    case 'session.auto_closed':
      return {
        headline: `The session of ${name} ${at} was closed automatically`,
        details: [...details, `Credited: ${lasted}.`],
        mood: 'bad',
      };
    case 'session.reopened':
      return { headline: `${name} is still active ${at}`, details, mood: 'good' };
    case 'session.corrected':
      return { headline: `The session of ${name} ${at} was corrected`, details, mood: 'neutral' };
    default:
      return type satisfies never;
  }
};

/** What people call the account: the best of the names that were noted with the event. */
const nameOf = (row: Row): string => {
  const names = (row.names ?? {}) as Record<string, string>;
  return names.username ?? names.apiId ?? names.uniqueId ?? names.discord ?? String(row.account_id ?? row.id);
};

const quantity = (count: unknown, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `1 h 5 min`, `5 min`, `42 s`. */
const duration = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return `${Math.floor(ms / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
