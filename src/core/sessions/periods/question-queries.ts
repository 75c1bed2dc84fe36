/** The SQL of questions: calls that would have changed a closed period. */
import type { periodQuestions, periods } from '../../../db/schema/periods.ts';
import { type RowOf, type SQL, sql, statement } from '../../../db/statement.ts';

export type QuestionRow = RowOf<typeof periodQuestions>;

/** Statement: keeps a question, unless the same event is one already. */
export const insertQuestion = statement<{
  communityId: number;
  id: string;
  createdAt: number;
  eventId: string;
  serverId: number;
  occurredAt: number;
  call: string;
  kind: string;
  value: string;
}>(
  ($) => sql`
    INSERT INTO period_questions (community_id, id, created_at, event_id, period_id, server_id, account_id, occurred_at, call)
    SELECT ${$.communityId}, ${$.id}, ${$.createdAt}, ${$.eventId}, p.id, ${$.serverId},
      (SELECT account_id FROM account_identifiers
       WHERE community_id = ${$.communityId} AND kind = ${$.kind} AND value = ${$.value}),
      ${$.occurredAt}, ${$.call}
    FROM (
      SELECT id FROM periods INDEXED BY periods_closed
      WHERE community_id = ${$.communityId} AND reopened_at IS NULL
      ORDER BY to_at > ${$.occurredAt} DESC, iif(to_at > ${$.occurredAt}, to_at, -to_at) LIMIT 1) AS p
    WHERE NOT EXISTS (
      SELECT 1 FROM period_questions INDEXED BY period_questions_by_event
      WHERE community_id = ${$.communityId} AND event_id = ${$.eventId})`,
);

const pageOf = (isOpen: boolean) =>
  statement<{ communityId: number; afterId: string; limit: number }, QuestionRow>(
    ($): SQL => sql`
      SELECT * FROM period_questions ${isOpen ? sql`INDEXED BY period_questions_open` : sql``}
      WHERE community_id = ${$.communityId} AND id > ${$.afterId}
        ${isOpen ? sql`AND decision IS NULL` : sql``}
      ORDER BY id LIMIT ${$.limit}`,
  );

/** Statement: questions, oldest first, behind `afterId`: those that wait for a decision. */
export const selectOpenQuestions = pageOf(true);
/** Statement: the same, of all. */
export const selectQuestions = pageOf(false);

/** Statement: a question by its id. */
export const selectQuestion = statement<{ communityId: number; id: string }, QuestionRow>(
  ($) => sql`SELECT * FROM period_questions WHERE community_id = ${$.communityId} AND id = ${$.id}`,
);

/** Statement: decides a question. */
export const decideQuestion = statement<{
  communityId: number;
  id: string;
  decision: string;
  at: number;
  by: string;
}>(
  ($) => sql`
    UPDATE period_questions SET decision = ${$.decision}, decided_at = ${$.at}, decided_by = ${$.by}
    WHERE community_id = ${$.communityId} AND id = ${$.id} AND decision IS NULL`,
);

/** Statement: the closed periods that end after an instant. */
export const selectPeriodsAfter = statement<{ communityId: number; at: number }, RowOf<typeof periods>>(
  ($) => sql`
    SELECT * FROM periods INDEXED BY periods_closed
    WHERE community_id = ${$.communityId} AND reopened_at IS NULL AND to_at > ${$.at}`,
);

/** Statement: what was open when the period closed, and has ended within it by now, counts as any other session. */
export const forgetOpenSessions = statement<{ communityId: number; periodId: string; to: number }>(
  ($) => sql`
    DELETE FROM period_open_sessions
    WHERE community_id = ${$.communityId} AND period_id = ${$.periodId} AND session_id IN (
      SELECT o.session_id FROM period_open_sessions AS o CROSS JOIN sessions AS s
        ON s.community_id = o.community_id AND s.account_id = o.account_id AND s.started_at = o.started_at
          AND s.id = o.session_id
      WHERE o.community_id = ${$.communityId} AND o.period_id = ${$.periodId} AND s.ended_at <= ${$.to})`,
);

/** Statement: takes back a call whose effect a closed period refused; as a question it may come again. */
export const forgetPendingCall = statement<{ communityId: number; eventId: string }>(
  ($) => sql`
    DELETE FROM activity_calls
    WHERE community_id = ${$.communityId} AND event_id = ${$.eventId} AND answer IS NULL`,
);

/** Statement, before its identifiers go: rosters that wait for a decision do not list an account that is erased. */
export const forgetInRosters = statement<{ communityId: number; accountId: string }>(
  ($) => sql`
    UPDATE period_questions SET call = json_set(call, '$.accounts', (
      SELECT json_group_array(json(listed.value)) FROM json_each(call, '$.accounts') AS listed
      WHERE NOT EXISTS (
        SELECT 1 FROM json_each(listed.value, '$.ref') AS named CROSS JOIN account_identifiers AS i
          ON i.community_id = ${$.communityId} AND i.kind = named.value ->> 'kind' AND i.value = named.value ->> 'value'
        WHERE i.account_id = ${$.accountId})))
    WHERE community_id = ${$.communityId} AND call ->> 'kind' = 'roster'`,
);

/** Statement: forgets what questions say of an account that is erased. */
export const deleteQuestionsOf = statement<{ communityId: number; accountId: string }>(
  ($) => sql`
    DELETE FROM period_questions WHERE community_id = ${$.communityId} AND account_id = ${$.accountId}`,
);
