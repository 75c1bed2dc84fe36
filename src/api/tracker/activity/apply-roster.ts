import * as v from 'valibot';
import type { DomainError } from '../../../core/errors.ts';
import { applyRoster as apply } from '../../../core/sessions/apply-roster.ts';
import type { FaultCode } from '../../kit/fault.ts';
import { instant, object } from '../../kit/fields.ts';
import { renderFault } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { languageOf } from '../../kit/request.ts';
import {
  requireRecent,
  SESSION_EXAMPLE,
  serverParams,
  sessionSchema,
  toSessionWire,
} from '../../wire/activity.ts';
import { fieldErrorSchema, listedList, toFieldErrors } from './presence-wire.ts';

export const applyRoster = defineOperation({
  method: 'PUT',
  path: '/v2/community/servers/{serverId}/activity/roster',
  access: { scope: 'sessions:write' },
  params: serverParams,
  body: object({ accounts: listedList, observedAt: v.nullish(instant) }),
  docs: WITH_DOCS && {
    operationId: 'applyRoster',
    tag: 'Presence',
    summary: 'Send a roster: everybody who is on a server',
    description:
      'Starts a session for each new account, marks those that are there as seen, and closes those that ' +
      'are gone, where they were last seen. With one call a minute every session is right, even if joins ' +
      'and leaves get lost. The same roster again changes nothing, and neither does one whose `observedAt` ' +
      'is older than the newest roster. An account that is back after a silence longer than its limit gets a new ' +
      'session, which `continues` the one that the silence ended; it is in `started` and in `resumed`. `[]` says that nobody is there. Of an entry, names are cut ' +
      'and identifiers that are none are left out. A roster with more entries that name nobody than the one before closes ' +
      'nobody; the next one does. Until there are none, the server says so (`incompleteSince`). Where the community has as ' +
      'many sessions open as it may have, those who have no room are in `rejected`, and the rest of the roster holds. ' +
      '`metadata` of an entry is that of its session. What is new is added to it; where it says something else than the ' +
      'session has said so far, that one is stopped, and another one starts, so that the hours of each job are right.',
    bodyExample: {
      accounts: [{ discord: '80351110224678912', metadata: { job: 'police' } }, { username: 'ana' }],
    },
    answer: {
      schema: v.object({
        isApplied: v.boolean(),
        isComplete: v.boolean(),
        open: v.number(),
        started: v.array(sessionSchema()),
        resumed: v.array(sessionSchema()),
        closed: v.array(sessionSchema()),
        rejected: v.array(v.object({ index: v.number(), errors: v.array(fieldErrorSchema()) })),
        conflicts: v.array(
          v.object({ index: v.number(), type: v.string(), value: v.string(), accId: v.string() }),
        ),
      }),
      example: {
        isApplied: true,
        isComplete: true,
        open: 2,
        started: [SESSION_EXAMPLE],
        resumed: [],
        closed: [],
        rejected: [],
        conflicts: [],
      },
    },
  },
  handle: async ({ ctx, params: { serverId }, body, http }) => {
    requireRecent(ctx.clock.now(), 'observedAt', body.observedAt, ctx.actor.lateSeconds);
    const language = languageOf(http);
    const named = body.accounts.flatMap(({ value, fault }, index) => (fault ? [] : [{ ...value, index }]));
    const unnamed = body.accounts.length - named.length;
    const { unknown, full, started, resumed, closed, conflicts, ...result } = await apply(ctx, {
      serverId,
      accounts: named,
      unnamed,
      observedAt: body.observedAt ?? undefined,
    });
    const invalid = body.accounts.flatMap(({ fault }, index) =>
      fault ? [{ index, errors: toFieldErrors(fault, index, language) }] : [],
    );
    const refuse = (code: FaultCode, params: (id: string) => DomainError['params']) => (position: number) => {
      const { ref, index } = named[position] as (typeof named)[number];
      const message = renderFault(code, params(ref[0].value), [], language);
      return { index, errors: [{ path: `accounts.${index}`, message }] };
    };
    const max = ctx.actor.community.quotas.openSessions;
    const refused = [
      ...unknown.map(refuse('account_not_found', (id) => ({ id }))),
      ...full.map(refuse('too_many_open_sessions', () => ({ max }))),
    ];
    return {
      isApplied: result.isApplied,
      isComplete: unnamed === 0,
      open: result.open,
      started: started.map(toSessionWire),
      resumed: resumed.map(toSessionWire),
      closed: closed.map(toSessionWire),
      rejected: [...invalid, ...refused].sort((a, b) => a.index - b.index),
      conflicts: conflicts.map(({ position, kind, value, ownerId }) => ({
        index: (named[position] as (typeof named)[number]).index,
        type: kind,
        value,
        accId: ownerId,
      })),
    };
  },
});
