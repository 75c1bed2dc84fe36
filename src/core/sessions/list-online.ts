import { runBatch } from '../../db/client.ts';
import { calendarSpans } from '../../lib/calendar-spans.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { countOnline, type OnlineStep, type Step, union } from './online-steps.ts';
import type { SummaryFilter } from './reaching-queries.ts';
import { numbersOf, readLists, selectOnlineLists } from './session-list-queries.ts';

/** How far apart the points of a chart are; minutes are counted from the full hour, the others by the calendar. */
export const ONLINE_STEPS = ['minute', '5-minutes', 'quarter-hour', 'hour', 'day', 'week'] as const;
export type OnlineStepName = (typeof ONLINE_STEPS)[number];

const MINUTES: Partial<Record<OnlineStepName, number>> = { minute: 1, '5-minutes': 5, 'quarter-hour': 15 };
const MINUTE_MS = 60_000;

/** A month by the quarter of an hour; with servers, so many in all. */
const MAX_STEPS = 3000;
const MAX_SERVER_STEPS = 60_000;
const MAX_SESSIONS = 500_000;

export interface OnlineQuery extends SummaryFilter {
  readonly step: OnlineStepName;
  readonly timeZone: string;
  readonly byServer: boolean;
}

/** How many were on, of all servers (`serverId` undefined), or of each. */
export interface OnlineSeries {
  readonly serverId: number | undefined;
  readonly steps: readonly OnlineStep[];
}

/**
 * How many people were on in each step of a period, until now at most. Who is on two servers at once counts once, but
 * for each server where servers are told apart. Who has an open session that is not silent for longer than its limit is on now;
 * any other open one counts until it was last seen.
 * @throws DomainError too_many_steps, too_many_sessions
 */
export const listOnline = async (
  ctx: Ctx<CommunityActor>,
  { step, timeZone, byServer, ...query }: OnlineQuery,
): Promise<OnlineSeries[]> => {
  const from = Math.max(query.from, 0);
  const now = ctx.clock.now();
  const to = Math.min(query.to, now);
  if (from >= to) return [];
  const { id, settings } = ctx.actor.community;
  const steps = stepsOf(step, timeZone, from, to, settings.weekStart);
  if (!steps) throw new DomainError('too_many_steps', { max: MAX_STEPS });
  const moment = { now, settings };
  const [rows] = await runBatch(ctx.db, [
    selectOnlineLists(id, { ...query, from, to }, { byServer, moment }),
  ]);
  const lists = rows.map((row) => ({ ...row, list: readLists(row) }));
  const sessions = lists.reduce((sum, { list: [count] }) => sum + count, 0);
  if (sessions > MAX_SESSIONS) throw new DomainError('too_many_sessions', { max: MAX_SESSIONS });
  const ofServer = Map.groupBy(lists, ({ server_id }) => server_id);
  if (!byServer && ofServer.size === 0) ofServer.set(undefined, []);
  if (ofServer.size * steps.length > MAX_SERVER_STEPS) {
    throw new DomainError('too_many_steps', { max: Math.floor(MAX_SERVER_STEPS / ofServer.size) });
  }
  return [...ofServer]
    .sort(([a = 0], [b = 0]) => a - b)
    .map(([serverId, group]) => {
      const intervals = [...Map.groupBy(group, ({ account_id }) => account_id).values()]
        .flatMap((own) => union(own.flatMap(({ list: [, text] }) => numbersOf(text))))
        .map(([start, end]) => [from + start, from + end] as const);
      return { serverId, steps: countOnline(steps, intervals) };
    });
};

/** The steps of a period; undefined where they are too many. */
const stepsOf = (
  step: OnlineStepName,
  timeZone: string,
  from: number,
  to: number,
  weekStart: Parameters<typeof calendarSpans>[4],
): readonly Step[] | undefined => {
  const length = (MINUTES[step] ?? 60) * MINUTE_MS;
  if (step !== 'day' && step !== 'week' && (to - from) / length > MAX_STEPS) return undefined;
  if (step === 'hour' || step === 'day' || step === 'week') {
    return calendarSpans(timeZone, step, from, to, weekStart);
  }
  const steps: Step[] = [];
  for (let start = from; start < to; ) {
    const end = Math.min((Math.floor(start / length) + 1) * length, to);
    steps.push({ start, end });
    start = end;
  }
  return steps;
};
