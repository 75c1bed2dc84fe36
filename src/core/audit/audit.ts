/**
 * The audit trail: every administrative act writes its record in the batch of the change.
 *
 * The chain costs no round trip. SQLite has no SHA-256, so the link is computed here, from the head that was read with the
 * credential. If the head has moved since, the whole batch fails (compare and append). That happens only with two
 * administrators at once; the act is then done again from a fresh read.
 */
import type { CommunityRef } from '../../db/rows.ts';
import type { Actor, AuditHead, Community } from '../access/actor.ts';
import { type CommunityKey, findCommunity } from '../access/queries.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { type AuditRecord, hashAuditRecord } from './audit-chain.ts';
import { insertAuditRecord, isAuditHeadMoved, moveAuditHead } from './queries.ts';

/** Each lost race means that another act went through: so many must overtake this one before it gives up. */
const MAX_ATTEMPTS = 100;

/** One administrative act. Never give it a secret. */
export interface AuditEntry {
  /** What was done, as `API_KEY_CREATED`. */
  readonly type: string;
  /** What was done in words, after `user U`: `created the API key "Game server"`. */
  readonly what: string;
  /** What it was done to: `activityType` and `activityName` of the record. */
  readonly target: { readonly type: string; readonly name: string };
  readonly properties?: Readonly<Record<string, string>>;
}

/** The community as an audited act sees it, and how the act is put on record. */
export interface AuditedAct {
  /**
   * At most 30 s old, and yet true: each change by an administrator moves the head, and a moved head fails the batch.
   */
  readonly community: Community;
  /** Statements: put them into the batch of the change, once per act. */
  record(entry: AuditEntry): Promise<AuditStatements>;
  /** Statement for an act that finds nothing to change: fails the batch where `community` is not true any more. */
  confirm(): ReturnType<typeof moveAuditHead>;
}

type AuditStatements = [ReturnType<typeof moveAuditHead>, ReturnType<typeof insertAuditRecord>];

/**
 * Does an administrative act: `act` reads what it needs and writes one batch with the statements of `record` in it. It
 * is called again, with a fresh community, where another act came in between; nothing of the first try remains then.
 * Credentials of the community are read anew afterwards.
 * @throws DomainError community_not_found, and what `act` throws
 */
export const audited = async <T>(
  ctx: Ctx,
  key: CommunityKey,
  act: (audit: AuditedAct) => Promise<T>,
): Promise<T> => {
  let community = 'community' in ctx.actor ? ctx.actor.community : undefined;
  for (let attempt = 1; ; attempt++) {
    community ??= await findCommunity(ctx.db, key);
    if (!community) throw new DomainError('community_not_found', { id: key });
    const current = community;
    const { id } = current;
    const { auditHead } = community;
    try {
      const result = await act({
        community,
        record: (entry) => appendAudit(ctx, current, auditHead, entry),
        confirm: () => moveAuditHead(id, auditHead, auditHead),
      });
      ctx.credentials.forgetCommunity(current);
      return result;
    } catch (error) {
      if (!isAuditHeadMoved(error) || attempt === MAX_ATTEMPTS) throw error;
      community = undefined;
    }
  }
};

/** Statements: appends a record behind `head`. `audited` is the way to call it, unless the community is new. */
export const appendAudit = async (
  ctx: Ctx,
  community: { readonly id: CommunityRef; readonly publicId: string },
  head: AuditHead,
  entry: AuditEntry,
): Promise<AuditStatements> => {
  const record = toRecord(ctx, community.publicId, head.sequence + 1, entry);
  const hash = await hashAuditRecord(record, head.hash);
  return [
    moveAuditHead(community.id, head, { sequence: record.sequence, hash }),
    insertAuditRecord(community.id, record, hash),
  ];
};

const toRecord = (ctx: Ctx, communityId: string, sequence: number, entry: AuditEntry): AuditRecord => {
  const occurredAt = ctx.clock.now();
  const { name, id, kind }: Actor = ctx.actor;
  return {
    communityId,
    sequence,
    id: ctx.newId(occurredAt),
    occurredAt,
    type: entry.type,
    user: name,
    message: `user ${name} ${entry.what}`,
    properties: {
      ...entry.properties,
      activityName: entry.target.name,
      activityType: entry.target.type,
      credentialId: id,
      credentialKind: kind,
    },
  };
};
