import { toSession } from '../../sessions/session.ts';
import type { Message, SessionEvent } from '../model.ts';

/** Standard Webhooks asks for less than 20 KB. */
const MAX_BYTES = 20_000;

/** `{type, timestamp, data, actor}`. A list that makes it too long is cut; `count` beside it tells the whole number. */
export const toStandardBody = (message: Message): string => {
  const toText = (data: Record<string, unknown>): string =>
    JSON.stringify({
      type: message.type,
      timestamp: iso(message.createdAt),
      data,
      actor: message.actor || null,
    });
  const data = toData(message);
  const [list, items] = Object.entries(data).find(([, value]) => Array.isArray(value)) ?? [];
  if (list === undefined || !Array.isArray(items)) return toText(data);
  let room = MAX_BYTES - bytesOf(toText({ ...data, [list]: [] }));
  const fitting = items.findIndex((item) => {
    // The comma before the next item.
    room -= bytesOf(JSON.stringify(item)) + 1;
    return room < 0;
  });
  return toText({ ...data, [list]: fitting < 0 ? items : items.slice(0, fitting) });
};

const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

/** What happened, as the API answers it. */
const toData = ({ type, data }: Message): Record<string, unknown> => {
  switch (type) {
    case 'session.started':
    case 'session.stopped':
    case 'session.cleared':
    case 'session.superseded':
    case 'session.stale':
    case 'session.auto_closed':
    case 'session.corrected':
      return toSessionData(data);
    case 'server.reset':
      return {
        serverId: data.server_id,
        count: data.count,
        sessions: data.sessions.map(toSessionData),
      };
    case 'server.roster_incomplete':
      return { serverId: data.server_id, unnamed: data.unnamed, since: iso(data.since) };
    case 'account.created':
      return { accId: data.id, name: data.name ?? null, createdAt: iso(data.created_at) };
    case 'log.appended':
    case 'account_activity.recorded':
    case 'webhook.test':
      // These are stored as their API has them.
      return data;
    default:
      return type satisfies never;
  }
};

/** The row of docs/contracts.md, "The row", and the account's name. */
const toSessionData = (row: SessionEvent): Record<string, unknown> => {
  const session = toSession(row);
  return {
    id: session.id,
    status: session.endedAt === null,
    accId: session.accountId,
    name: row.name ?? null,
    serverId: session.serverId,
    start: iso(session.startedAt),
    end: session.endedAt === null ? null : iso(session.endedAt),
    clearReason: session.clearReason,
    metadata: session.metadata,
    ...(session.continuesId !== null && { continues: session.continuesId }),
  };
};

const iso = (epochMs: number): string => new Date(epochMs).toISOString();
