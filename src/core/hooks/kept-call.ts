import type { InboundCall, KeptCall } from './model.ts';
import type { Sender } from './senders/sender.ts';

/** How long bodies are kept, where their webhook's owner wants that. */
export const BODIES_KEPT_MS = 86_400_000;
/** A longer one is not kept. In characters, headers included. */
const MAX_KEPT_LENGTH = 128 * 1024;
const MAX_HEADER_LENGTH = 1_000;

/** Credentials, and what says where a person is. */
export const IS_PRIVATE_HEADER =
  /^(?:authorization|proxy-authorization|cookie|cf-.*|true-client-ip|x-real-ip|x-forwarded-.*|forwarded)$/;

/** What is kept of a call, as JSON; undefined where it is too long. */
export const toKept = (
  { proof: { header, ...proof } }: Sender,
  call: Pick<InboundCall, 'headers'>,
  body: unknown,
): string | undefined => {
  const secretHeaders = [header, 'timestamp' in proof ? proof.timestamp?.header : undefined];
  const headers: Record<string, string> = {};
  for (const [name, value] of call.headers) {
    const isKept =
      !IS_PRIVATE_HEADER.test(name) && !secretHeaders.includes(name) && value.length <= MAX_HEADER_LENGTH;
    if (isKept) headers[name] = value;
  }
  const kept = JSON.stringify({ body, headers } satisfies KeptCall);
  return kept.length <= MAX_KEPT_LENGTH ? kept : undefined;
};
