import * as v from 'valibot';
import type { DomainError } from '../../core/errors.ts';
import { appendLogEntries as append } from '../../core/logs/append-log-entries.ts';
import type { NewLogEntry } from '../../core/logs/model.ts';
import type { Fault } from '../kit/fault.ts';
import { integer } from '../kit/fields.ts';
import { type Language, renderFault } from '../kit/messages.ts';
import { defineOperation } from '../kit/operation.ts';
import { languageOf } from '../kit/request.ts';
import { codeOf } from './dialect.ts';
import { appendBody, LOG_ENTRY_EXAMPLE, NEW_ENTRY_EXAMPLE } from './wire.ts';

const rejectionSchema = () => v.object({ index: integer(0), code: integer(0), message: v.string() });

export const appendLogEntries = defineOperation({
  method: 'POST',
  path: '/api/v1/activity_log',
  access: { scope: 'logs:write' },
  unknownQuery: 'ignored',
  body: appendBody,
  docs: WITH_DOCS && {
    operationId: 'appendActivityLogs',
    tag: 'Activity Log',
    summary: 'Append one entry, or up to 1000',
    description:
      'One object answers its id. An array, or `{"entries": [...]}`, answers a result for each entry. A ' +
      'bad entry does not affect the others. An entry whose `event_id` came before is not stored again: ' +
      'the answer has the id of the first.',
    bodyExample: NEW_ENTRY_EXAMPLE,
    answer: {
      schema: v.union([
        v.object({ id: integer(0) }),
        v.object({
          accepted: integer(0),
          ids: v.array(v.nullable(integer(0))),
          rejected: v.array(rejectionSchema()),
        }),
      ]),
      example: { id: LOG_ENTRY_EXAMPLE.id },
    },
    errors: ['log_second_full', 'too_many_log_entries'],
  },
  handle: async ({ ctx, body, http }) => {
    if ('entry' in body) {
      const [id] = await append(ctx, [body.entry]);
      if (typeof id !== 'number') throw id;
      return { id };
    }
    const entries: NewLogEntry[] = [];
    for (const { value } of body.items) if (value) entries.push(value);
    const appended = entries.length > 0 ? await append(ctx, entries) : [];
    let next = 0;
    const rejected: ReturnType<typeof toRejection>[] = [];
    const ids = body.items.map(({ fault }, index) => {
      const given = fault ?? appended[next++];
      if (typeof given === 'number') return given;
      if (given) rejected.push(toRejection(given, index, languageOf(http)));
      return null;
    });
    return { accepted: ids.length - rejected.length, ids, rejected };
  },
});

const toRejection = (refusal: Fault | DomainError, index: number, language: Language) => {
  const { code, params } = refusal;
  const issues = 'issues' in refusal ? refusal.issues : [];
  return {
    index,
    code: codeOf(code),
    message: renderFault(code, params, issues, language),
  };
};
