import * as v from 'valibot';
import { importSessions } from '../../../core/sessions/import/import-sessions.ts';
import { unionBy } from '../../kit/batch.ts';
import type { Fault } from '../../kit/fault.ts';
import { integerText, timezone } from '../../kit/fields.ts';
import { fieldMessage, renderFault, renderIssue } from '../../kit/messages.ts';
import { defineOperation } from '../../kit/operation.ts';
import { problemCode } from '../../kit/problem.ts';
import { languageOf } from '../../kit/request.ts';
import { csvBody, IMPORT_COLUMNS, jsonBody, MAX_SESSIONS, readCsv, readSessions } from './import-wire.ts';

const fieldErrors = () => v.array(v.object({ path: v.string(), message: v.string() }));

export const importActivity = defineOperation({
  method: 'POST',
  path: '/v2/community/activity/import',
  access: { scope: 'sessions:import' },
  query: v.object({
    dryRun: v.optional(v.picklist(['true', 'false'])),
    serverId: v.optional(integerText(1)),
    timezone: v.optional(timezone),
    dates: v.optional(v.picklist(['iso', 'dmy', 'mdy']), 'iso'),
  }),
  body: unionBy([jsonBody, csvBody], (body) => (v.is(csvBody, body) ? csvBody : jsonBody)),
  bodyEncoding: 'json-or-csv',
  docs: WITH_DOCS && {
    operationId: 'importActivity',
    tag: 'Corrections',
    summary: 'Import sessions that are over, of any age',
    description:
      `Up to ${MAX_SESSIONS}, as JSON or as \`text/csv\` with the columns ${IMPORT_COLUMNS.join(', ')} and metadata.{key}. ` +
      'Each has a result of its own. What is there already is left as it is: by `eventId`, else by account, server and ' +
      'start. A session that overlaps another one of its account and server is refused, and names it. No webhook hears ' +
      "of it. Times without an offset are those of `timezone`, by default the community's; `dates=dmy` or `dates=mdy` " +
      'reads 03/04/2026. With `dryRun` nothing changes.',
    rawBody: jsonBody,
    csvExample: 'username,serverId,start,end\nana,1,2026-04-14T18:00:00Z,2026-04-14T22:00:00Z\n',
    bodyExample: {
      sessions: [
        {
          username: 'ana',
          serverId: 1,
          start: '2026-04-14T18:00:00Z',
          end: '2026-04-14T22:00:00Z',
          eventId: 'shift-4711',
        },
      ],
    },
    answer: {
      schema: v.object({
        dryRun: v.boolean(),
        imported: v.number(),
        duplicates: v.number(),
        refused: v.number(),
        results: v.array(
          v.object({
            index: v.number(),
            line: v.optional(v.number()),
            status: v.picklist(['imported', 'duplicate', 'refused']),
            id: v.optional(v.nullable(v.string())),
            accId: v.optional(v.nullable(v.string())),
            code: v.optional(v.string()),
            message: v.optional(v.string()),
            errors: v.optional(fieldErrors()),
          }),
        ),
      }),
      example: {
        dryRun: false,
        imported: 1,
        duplicates: 0,
        refused: 0,
        results: [
          {
            index: 0,
            status: 'imported',
            id: '019d8e5a-2c00-7d3f-9b1e-3f2a1c0d4e60',
            accId: '00000000-0000-0000-0000-000000000000',
          },
        ],
      },
    },
  },
  handle: async ({ ctx, query, body, http }) => {
    const language = languageOf(http);
    const csv = 'csv' in body ? readCsv(body.csv, query.serverId) : undefined;
    const values = 'csv' in body ? (csv?.items ?? []) : body.sessions;
    const isDryRun = query.dryRun === 'true' || ('dryRun' in body && body.dryRun === true);
    const timeZone = query.timezone ?? ctx.actor.community.settings.timezone;
    const items = readSessions(values, { timeZone, dates: query.dates }, ctx.clock.now());
    const good = items.flatMap(({ value }, index) => (value ? [{ value, index }] : []));
    const outcomes = await importSessions(
      ctx,
      good.map(({ value }) => value),
      { isDryRun },
    );
    const byIndex = new Map(good.map(({ index }, position) => [index, outcomes[position]]));
    const invalid = (fault: Fault) => ({
      status: 'refused' as const,
      code: problemCode(fault.code),
      message: renderFault(fault.code, fault.params, fault.issues, language),
      errors: fault.issues.map((issue) => renderIssue(issue, language)),
    });
    /** A session of this call, in a sentence. */
    const nameOf = (index: number): string => {
      const line = csv?.lines[index];
      const text = line === undefined ? fieldMessage('import_item', index) : fieldMessage('csv_line', line);
      return renderIssue({ path: '', message: text }, language).message;
    };
    const results = items.map(({ fault }, index) => {
      const place = { index, ...(csv && { line: csv.lines[index] }) };
      const outcome = byIndex.get(index);
      if (fault) return { ...place, ...invalid(fault) };
      if (outcome?.status === 'refused') {
        const { code, overlaps } = outcome;
        const other = overlaps === undefined ? undefined : good[overlaps]?.index;
        const id = other === undefined ? {} : { id: nameOf(other) };
        const message = renderFault(code, { ...outcome.params, ...id }, [], language);
        return { ...place, status: 'refused' as const, code: problemCode(code), message };
      }
      return {
        ...place,
        status: outcome?.status ?? ('duplicate' as const),
        id: outcome?.id ?? null,
        accId: outcome?.accountId ?? null,
      };
    });
    const count = (status: string): number => results.filter((result) => result.status === status).length;
    return {
      dryRun: isDryRun,
      imported: count('imported'),
      duplicates: count('duplicate'),
      refused: count('refused'),
      results,
    };
  },
});
