import { OutOfBudget } from '../../db/budget.ts';
import { stopwatch } from '../../lib/clock.ts';
import type { Services } from '../context.ts';
import { toBody } from './formats/index.ts';
import { type Attempt, type Format, HOPS_HEADER, type Message, messageId } from './model.ts';
import { parseRetryAfter } from './schedule.ts';
import { type SigningSecrets, signatureHeaders } from './sign.ts';
import { targetIssue } from './target.ts';

const TIMEOUT_MS = 15_000;

/** So much of an answer is read and kept. */
const MAX_RESPONSE_BYTES = 1024;

/** Statuses that speak of this message alone: the receiver has read it and will not have it. */
const REFUSALS: readonly number[] = [400, 413, 415, 422];

/** What an attempt came to. */
export interface Outcome {
  readonly attempt: Attempt;
  /**
   * `delivered`: 2xx. `gone`: 410, the receiver wants no more. `throttled`: 429 or 503 with a time to come back.
   * `refused`: the fault is the message's. `failed`: anything else, the fault of the endpoint or of the way to it.
   */
  readonly kind: 'delivered' | 'gone' | 'throttled' | 'refused' | 'failed';
  /** How long the receiver wants to be left alone, in milliseconds. */
  readonly waitMs?: number | undefined;
}

export interface Target extends SigningSecrets {
  readonly url: string;
  readonly format: Format;
}

/**
 * Makes one attempt at a message, or at several that become one. What goes wrong is the outcome. Redirects are not
 * followed.
 *
 * @throws OutOfBudget where it is the platform that makes no more requests: that is no failure of the receiver
 */
export const send = async (
  services: Services,
  target: Target,
  messages: readonly [Message, ...Message[]],
): Promise<Outcome> => {
  const [message] = messages;
  const at = services.clock.now();
  const took = stopwatch();
  const failed = (error: string): Outcome => ({
    kind: 'failed',
    attempt: { at, status: null, durationMs: took(), error, response: null },
  });
  const issue = targetIssue(target.url, services.config.allowsPrivateWebhooks);
  if (issue) return failed(`not sent: the URL is refused (${issue})`);

  let body: string;
  try {
    body = toBody(target.format, messages);
  } catch (error) {
    // A defect of ours must not keep the messages behind it waiting.
    services.log('webhook_body_defect', { message: messageId(message), error: String(error) });
    return { ...failed('not sent: the body could not be made'), kind: 'refused' };
  }
  // Not AbortSignal.timeout, which goes on ticking: an isolate can have 10,000 timers.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS);
  const { signal } = timeout;
  try {
    const response = await services.fetch(target.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Rollcall-Webhooks/1.0',
        [HOPS_HEADER]: String(message.hops + 1),
        ...(await signatureHeaders(target, { id: messageId(message), body }, at)),
      },
      body,
      signal,
    });
    // The status line is the answer. The body is for people: if reading it fails, nothing changes.
    const text = await readStart(response, signal);
    return {
      ...judge(response, at),
      attempt: { at, status: response.status, durationMs: took(), error: null, response: text },
    };
  } catch (error) {
    if (error instanceof OutOfBudget) throw error;
    if (error instanceof Error && /too many subrequests/i.test(error.message))
      throw new OutOfBudget('requests');
    if (signal.aborted) return failed(`no answer within ${TIMEOUT_MS / 1000} s`);
    // The URL can be a credential (Discord, Slack): it must not get into what is kept.
    const reason = error instanceof Error ? error.message.replaceAll(target.url, 'the URL') : 'unknown';
    return failed(`no connection: ${reason}`);
  } finally {
    clearTimeout(timer);
  }
};

const judge = (response: Response, now: number): Omit<Outcome, 'attempt'> => {
  const { status, headers } = response;
  if (response.ok) return { kind: 'delivered', waitMs: exhaustedFor(headers, now) };
  if (status === 410) return { kind: 'gone' };
  if (status === 429 || status === 503) {
    const waitMs = parseRetryAfter(headers.get('retry-after'), now);
    if (waitMs !== undefined) return { kind: 'throttled', waitMs };
  }
  return { kind: REFUSALS.includes(status) ? 'refused' : 'failed' };
};

/** Discord tells with each success whether it was the last for a while: the next one would be a 429. */
const exhaustedFor = (headers: Headers, now: number): number | undefined =>
  headers.get('x-ratelimit-remaining') === '0'
    ? parseRetryAfter(headers.get('x-ratelimit-reset-after'), now)
    : undefined;

const readStart = async (response: Response, signal: AbortSignal): Promise<string> => {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const bytes = new Uint8Array(MAX_RESPONSE_BYTES);
  let length = 0;
  const timeout = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    while (length < bytes.length) {
      const { done, value } = await Promise.race([reader.read(), timeout]);
      if (done) break;
      const part = value.subarray(0, bytes.length - length);
      bytes.set(part, length);
      length += part.length;
    }
  } catch {
    // What has come until then is kept.
  }
  reader.cancel().catch(() => {});
  return new TextDecoder().decode(bytes.subarray(0, length));
};
