import { sha256Hex } from '../../lib/crypto.ts';
import { resolveJsonPointer } from '../../lib/json-pointer.ts';
import type { InboundCall } from './model.ts';
import type { Sender } from './senders/sender.ts';
import { signedTimeOf } from './verify-call.ts';

/** What tells a message from every other one, and for how long the same id is the same message. */
export interface MessageId {
  readonly messageId: string;
  /** Undefined: for as long as messages are kept (7 days). */
  readonly repeatSeconds?: number;
}

const MAX_ID_LENGTH = 256;

/**
 * The sender's id, where it has one; else the signed time with the body; else the body, which is a repeat only within
 * `repeatSeconds`: equal bodies are different events.
 * @param newId makes an id for a message that is never a repeat
 */
export const messageIdOf = async (
  { proof, idHeader, idPointer }: Sender,
  call: Pick<InboundCall, 'header' | 'body'>,
  body: unknown,
  repeatSeconds: number,
  newId: () => string,
): Promise<MessageId> => {
  const given =
    (idHeader !== undefined && call.header(idHeader)) ||
    (idPointer !== undefined && resolveJsonPointer(body, idPointer));
  const id = typeof given === 'number' ? String(given) : given;
  if (typeof id === 'string' && id !== '') {
    return { messageId: id.length <= MAX_ID_LENGTH ? id : `sha256:${await sha256Hex(id)}` };
  }
  const time = signedTimeOf(proof, call.header);
  if (time !== undefined)
    return { messageId: `sha256:${await sha256Hex(`${time}.${await sha256Hex(call.body)}`)}` };
  if (repeatSeconds === 0) return { messageId: newId() };
  return { messageId: `sha256:${await sha256Hex(call.body)}`, repeatSeconds };
};
