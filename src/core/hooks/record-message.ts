import { runBatch } from '../../db/client.ts';
import { fixedClock } from '../../lib/clock.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import type { Plan } from '../plan.ts';
import { commit } from '../webhooks/events.ts';
import type { Columns } from './columns.ts';
import { mapBody } from './map-body.ts';
import type { MessageId } from './message-id.ts';
import {
  type CallOutcome,
  type InboundAnswer,
  type InboundCall,
  type InboundKind,
  type InboundWebhook,
  type Issue,
  type ItemOutcome,
  type ItemResult,
  type Refusal,
  toRefusal,
} from './model.ts';
import {
  demandRecorded,
  forgetMessage,
  insertMessage,
  isNothingRecorded,
  isRecordedBefore,
  type MessageKey,
  noteCall,
  runStep,
  selectMessage,
  toAnswer,
} from './queries.ts';

/** What a kind of webhook makes of a call's items. */
export interface Recorder {
  readonly maxItems: number;
  readonly columns: Columns;
  /** Checks the items at `now` (epoch milliseconds), and says how to record those that pass, in their order. */
  readonly read: (items: readonly unknown[], now: number) => ReadItems;
}

export interface ReadItems {
  /** By index. */
  readonly refused: ReadonlyMap<number, readonly Issue[]>;
  /**
   * How the others are recorded: as steps of one batch, or by themselves before it, each harmless to repeat.
   * @param origin names the message
   */
  readonly plan: (ctx: Ctx<CommunityActor>, origin: string) => Promise<Planned> | Planned;
}

export type Planned =
  | { readonly steps: readonly Plan[] }
  | { readonly run: () => Promise<readonly ItemOutcome[]> };

export type Recorders = Readonly<Record<InboundKind, Recorder>>;

/** What became of a message. `refusal`: why nothing was recorded. */
export type Received =
  | { readonly outcome: 'recorded' | 'replayed'; readonly answer: InboundAnswer }
  | { readonly outcome: 'ignored'; readonly answer: InboundAnswer; readonly refusal: Refusal };

/** A call that has proven itself and can be read. */
export interface Message extends MessageId {
  readonly webhook: InboundWebhook;
  readonly header: InboundCall['header'];
  readonly body: unknown;
  /** For the call's own record. */
  readonly bodyBytes: number;
  readonly kept: string | undefined;
}

/** Enough to see what is wrong with an item, or with a batch; names of the sender's own may be of any length. */
const MAX_ISSUES_OF_ITEM = 5;
const MAX_ISSUES_OF_CALL = 20;
const MAX_PATH_LENGTH = 200;

/** Each time another call has stored some of the same events, which are duplicates from then on. */
const MAX_ATTEMPTS = 10;

/** The items of a message as they are mapped and checked: what is left out or refused, by index, and the rest. */
export const readItems = (
  { webhook: { mapping }, body, header }: Pick<Message, 'webhook' | 'body' | 'header'>,
  recorder: Recorder,
  now: number,
) => {
  const mapped = mapBody(mapping, recorder.columns, body, header, recorder.maxItems);
  if ('refusal' in mapped) return mapped;
  const refused = new Map<number, Refusal>();
  const taken: number[] = [];
  for (const [index, item] of mapped.items.entries()) {
    if (item) taken.push(index);
    else refused.set(index, { reason: 'condition_not_met', subject: 'mapping.when' });
  }
  const read = recorder.read(
    taken.map((index) => mapped.items[index]?.item),
    now,
  );
  for (const [position, issues] of read.refused) {
    refused.set(taken[position] as number, { reason: 'invalid_input', issues: brief(issues) });
  }
  return { ...mapped, refused, plan: read.plan };
};

/**
 * Maps a message to our fields, and records what it brings exactly once: its id, its records, its answer and the call's
 * own record are written in one batch. A repeat finds its id there, so that the batch fails as a whole, and is answered
 * what the message was answered first. Of a message that nothing is recorded of, nothing stays but the call's record:
 * it may come again.
 */
export const recordMessage = async (
  ctx: Ctx<CommunityActor>,
  message: Message,
  recorders: Recorders,
): Promise<Received> => {
  const now = ctx.clock.now();
  const key = keyOf(message);
  const read = readItems(message, recorders[message.webhook.kind], now);
  if ('refusal' in read) return ignore(ctx, message, read.refusal, []);
  const { refused, items, isList } = read;
  const partial = refused.size > 0 ? summary(refused, isList) : undefined;
  if (partial && refused.size === items.length) return ignore(ctx, message, partial, [...refused]);

  // What one message brings, it brings at one instant.
  const planCtx = { ...ctx, clock: fixedClock(now) };
  for (let attempt = 1; ; attempt++) {
    const planned = await read.plan(planCtx, `${message.webhook.id}:${message.messageId}`);
    const outcomes = 'run' in planned ? await planned.run() : [];
    const steps = 'steps' in planned ? planned.steps : [];
    if (steps.length === 0 && !outcomes.some((outcome) => 'recorded' in outcome)) {
      return ignore(ctx, message, refusalOf(outcomes), indexed(refused, outcomes));
    }
    const failure = steps.find((step) => step.failure)?.failure;
    try {
      const [, , , , , [row]] = await commit(ctx, [
        message.repeatSeconds === undefined
          ? undefined
          : forgetMessage({ ...key, receivedBefore: now - message.repeatSeconds * 1000 }),
        insertMessage(key, now, items.length, refused, outcomes),
        steps.map((step) => runStep(key, step)),
        failure && demandRecorded(key),
        noteOf(ctx, message, { outcome: 'recorded', refusal: partial }),
        selectMessage(key),
      ]);
      if (!row) throw new Error('D1 returned no row for a message that it has just written');
      return { outcome: 'recorded', answer: toAnswer(row) };
    } catch (error) {
      if (isRecordedBefore(error)) return replay(ctx, message);
      const reason = isNothingRecorded(error)
        ? failure?.error
        : steps.flatMap((step) => step.toError?.(error) ?? [])[0];
      if (reason) {
        const refusal = toRefusal(reason);
        const others = items.flatMap((_, index) => (refused.has(index) ? [] : [{ refusal }]));
        return ignore(ctx, message, refusal, indexed(refused, others));
      }
      const isOvertaken = steps.some((step) => step.isOvertaken?.(error));
      if (!isOvertaken || attempt === MAX_ATTEMPTS) throw error;
    }
  }
};

const replay = async (ctx: Ctx<CommunityActor>, message: Message): Promise<Received> => {
  const [[row]] = await runBatch(ctx.db, [
    selectMessage(keyOf(message)),
    noteOf(ctx, message, { outcome: 'replayed' }),
  ]);
  if (!row) throw new Error('A message was purged while it was replayed');
  return { outcome: 'replayed', answer: toAnswer(row) };
};

/** Records nothing of a message, and notes why. */
export const ignore = async (
  ctx: Ctx<CommunityActor>,
  message: Message,
  refusal: Refusal,
  refused: readonly (readonly [index: number, refusal: Refusal])[],
): Promise<Received> => {
  await runBatch(ctx.db, noteOf(ctx, message, { outcome: 'ignored', refusal }));
  const results = refused.map(([index, reason]): ItemResult => ({ index, refusal: reason }));
  return {
    outcome: 'ignored',
    refusal,
    answer: { messageId: message.messageId, receivedAt: ctx.clock.now(), results },
  };
};

/** Why none of the items that were recorded by themselves was. */
const refusalOf = (outcomes: readonly ItemOutcome[]): Refusal =>
  outcomes.flatMap((outcome) => ('refusal' in outcome ? [outcome.refusal] : []))[0] ?? { reason: 'no_items' };

/** The refusals of all items by index, where `outcomes` are those of the items that were not refused before. */
const indexed = (
  refused: ReadonlyMap<number, Refusal>,
  outcomes: readonly ItemOutcome[],
): [number, Refusal][] => {
  const rest = outcomes.values();
  return Array.from({ length: refused.size + outcomes.length }, (_, index) => {
    const outcome = refused.has(index) ? undefined : rest.next().value;
    return [index, refused.get(index) ?? refusalOf(outcome ? [outcome] : [])];
  });
};

/** Statements: the call's own record. */
const noteOf = (
  ctx: Ctx<CommunityActor>,
  { webhook, messageId, bodyBytes, kept }: Message,
  note: { outcome: CallOutcome; refusal?: Refusal | undefined },
) =>
  noteCall(
    { communityId: webhook.communityId, webhookId: webhook.id },
    { receivedAt: ctx.clock.now(), messageId, bodyBytes, kept, ...note },
  );

const keyOf = ({ webhook, messageId }: Message): MessageKey => ({
  communityId: webhook.communityId,
  webhookId: webhook.id,
  messageId,
});

/** What is kept of the reasons why an item is refused. */
const brief = (issues: readonly Issue[]): Issue[] =>
  issues
    .slice(0, MAX_ISSUES_OF_ITEM)
    .map(({ path, message }) => ({ path: path.slice(0, MAX_PATH_LENGTH).toWellFormed(), message }));

/** Why items are refused, in one: `3.serial` is a field of the fourth item. */
const summary = (refused: ReadonlyMap<number, Refusal>, isList: boolean): Refusal => {
  const faulty = [...refused].filter(([, { reason }]) => reason === 'invalid_input');
  const [first] = refused.values();
  if (faulty.length === 0 && first) return first;
  return {
    reason: 'invalid_input',
    issues: faulty
      .flatMap(([index, { issues = [] }]) =>
        issues.map(({ path, message }) => ({
          path: isList ? [index, path].filter((part) => part !== '').join('.') : path,
          message,
        })),
      )
      .slice(0, MAX_ISSUES_OF_CALL),
  };
};
