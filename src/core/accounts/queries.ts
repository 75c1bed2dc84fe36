import { type SQL, sql } from 'drizzle-orm';
import type { AccountRef, Identifier } from './identifiers.ts';

/** Expression: the id of the account that an identifier names; NULL if there is none. */
export const accountIdOf = (communityId: string, { kind, value }: Identifier): SQL => sql`
  (SELECT account_id FROM account_identifiers
   WHERE community_id = ${communityId} AND kind = ${kind} AND value = ${value})`;

/** Statement: one row with the account's id, or none. */
export const selectAccountId = (communityId: string, { kind, value }: Identifier): SQL => sql`
  SELECT account_id FROM account_identifiers
  WHERE community_id = ${communityId} AND kind = ${kind} AND value = ${value}`;

/**
 * Statements: creates the account that the call names, if its first identifier names none. Further identifiers are
 * noted on creation only, and only where nobody else has them: a call never takes a name away from another account.
 * They return nothing: a RETURNING that finds nothing is still billed two rows read.
 *
 * @param newId the id if a new account is needed and the call brings none
 */
export const ensureAccount = (communityId: string, ref: AccountRef, newId: string, now: number): SQL[] => {
  const [first, ...others] = ref;
  const id = first.kind === 'accId' ? first.value : newId;
  const noted = first.kind === 'accId' ? others : [{ kind: 'accId', value: id }, ...others];
  const statements = [
    sql`
      INSERT INTO account_identifiers (community_id, kind, value, account_id)
      VALUES (${communityId}, ${first.kind}, ${first.value}, ${id})
      ON CONFLICT DO NOTHING`,
    sql`
      INSERT INTO accounts (community_id, id, created_at)
      SELECT community_id, account_id, ${now} FROM account_identifiers
      WHERE community_id = ${communityId} AND kind = ${first.kind} AND value = ${first.value} AND account_id = ${id}
      ON CONFLICT DO NOTHING`,
  ];
  if (noted.length > 0) {
    statements.push(sql`
      INSERT INTO account_identifiers (community_id, kind, value, account_id)
      SELECT ${communityId}, note.value ->> 'kind', note.value ->> 'value', created.id
      FROM accounts AS created, json_each(${JSON.stringify(noted)}) AS note
      WHERE created.community_id = ${communityId} AND created.id = ${id} AND created.created_at = ${now}
      ON CONFLICT DO NOTHING`);
  }
  return statements;
};
