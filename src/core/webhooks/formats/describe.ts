import { toSession } from '../../sessions/session.ts';
import type { EventOf, Message, SessionEvent } from '../model.ts';

/** How an event looks in a channel: good news is green, a loss is red. */
export type Mood = 'good' | 'neutral' | 'attention' | 'bad';

/** An event in words. Texts are plain: a format escapes them for its own markup. */
export interface Description {
  readonly headline: string;
  readonly details: readonly string[];
  readonly mood: Mood;
  /** What kind of event it is, and who acted. */
  readonly source: string;
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
}

/** Says in English what happened: one event, or several in one message. */
export const describeAll = (messages: readonly [Message, ...Message[]]): Description => {
  const [first, ...others] = messages;
  return others.length === 0 ? describe(first) : describeDigest(messages);
};

const describe = (message: Message): Description => ({
  ...say(message),
  source: [message.type, message.actor].filter(Boolean).join(' · '),
  at: message.createdAt,
});

/** So many names of a kind a digest tells; then only how many more there are. */
const MAX_NAMES = 20;

/** How a digest counts an event, and whom it names. */
const COUNTED = {
  'session.started': 'joined',
  'session.stopped': 'left',
  'session.auto_closed': 'closed automatically',
  'session.superseded': 'replaced',
  'session.cleared': 'cleared',
  'session.corrected': 'corrected',
} as const;

type Counted = Message & EventOf<keyof typeof COUNTED>;

const isCounted = (message: Message): message is Counted => message.type in COUNTED;

/** `12 joined, 3 left on Main`, with the names; what is not counted stands in a line of its own. */
const describeDigest = (messages: readonly Message[]): Description => {
  const byServer = Map.groupBy(messages.filter(isCounted), (message) =>
    serverOf(message, message.data.server_id),
  );
  const lines: string[] = [];
  const headlines: string[] = [];
  for (const [server, ofServer] of byServer) {
    const kinds = [...Map.groupBy(ofServer, ({ type }) => COUNTED[type])];
    headlines.push(`${kinds.map(([kind, { length }]) => `${length} ${kind}`).join(', ')} on ${server}`);
    for (const [kind, ofKind] of kinds) {
      const names = ofKind.slice(0, MAX_NAMES).map(({ data }) => nameOf(data));
      const more = ofKind.length > MAX_NAMES ? ` and ${ofKind.length - MAX_NAMES} more` : '';
      lines.push(`${kind}${byServer.size > 1 ? ` on ${server}` : ''}: ${names.join(', ')}${more}`);
    }
  }
  const others = messages.filter((message) => !isCounted(message)).map((message) => say(message).headline);
  const [headline = quantity(messages.length, 'event'), ...rest] = headlines;
  return {
    headline: headlines.length > 0 ? headline : (others.shift() ?? headline),
    details: [...rest, ...lines, ...others],
    mood: 'neutral',
    source: `digest of ${quantity(messages.length, 'event')}`,
    at: Math.max(...messages.map(({ createdAt }) => createdAt)),
  };
};

/** What people call a server; else its number. */
const serverOf = ({ serverName }: Message, serverId: number): string => serverName ?? `server ${serverId}`;

type Words = Omit<Description, 'source' | 'at'>;

const say = (message: Message): Words => {
  switch (message.type) {
    case 'session.started':
    case 'session.stopped':
    case 'session.cleared':
    case 'session.superseded':
    case 'session.stale':
    case 'session.auto_closed':
    case 'session.corrected':
      return describeSession(message.type, message.data, serverOf(message, message.data.server_id));
    case 'server.reset':
      return {
        headline: `${capitalize(serverOf(message, message.data.server_id))} restarted`,
        details: [`${quantity(message.data.count, 'open session')} closed`],
        mood: 'attention',
      };
    case 'server.roster_incomplete':
      return {
        headline: `${capitalize(serverOf(message, message.data.server_id))} lists ${quantity(message.data.unnamed, 'entry', 'entries')} without a name`,
        details: ['Who is in such an entry is not tracked. Others are closed a roster later than usual.'],
        mood: 'attention',
      };
    case 'account.created':
      return { headline: `New account: ${message.data.name ?? message.data.id}`, details: [], mood: 'good' };
    case 'log.appended':
      return {
        headline: `${quantity(message.data.count, 'log entry', 'log entries')} appended`,
        details: message.data.entries
          .slice(0, 5)
          .map(({ platform, serial, action_type }) => `${platform} ${serial}: ${action_type}`),
        mood: 'neutral',
      };
    case 'account_activity.recorded':
      return {
        headline: `${quantity(message.data.count, 'account activity', 'account activities')} recorded`,
        details: message.data.records
          .slice(0, 5)
          .map(({ message: text, user, type }) => text ?? `${user}: ${type}`),
        mood: 'neutral',
      };
    case 'webhook.test':
      return { headline: 'This is a test from Rollcall', details: ['It works.'], mood: 'good' };
    default:
      return message satisfies never;
  }
};

const describeSession = (
  type: Extract<Message['type'], `session.${string}`>,
  row: SessionEvent,
  server: string,
): Words => {
  const session = toSession(row);
  const name = nameOf(row);
  const at = `on ${server}`;
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
    case 'session.corrected':
      return { headline: `The session of ${name} ${at} was corrected`, details, mood: 'neutral' };
    default:
      return type satisfies never;
  }
};

/** What people call the account, as it was noted with the event; else its id. */
const nameOf = (row: SessionEvent): string => row.name ?? row.account_id;

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const quantity = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `1 h 5 min`, `5 min`, `42 s`. */
const duration = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return `${Math.floor(ms / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
