import { readRows } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import { findAuditEnds, selectAuditLinks, TRAIL_START } from '../audit/queries.ts';
import type { Ctx } from '../context.ts';
import { EXPORTED_TABLES, type ExportedTable, keyOf, selectPage } from './transfer-queries.ts';

/** Rows in one trip. */
const PAGE = 2000;

/** A line of an export. */
export interface ExportedRow {
  readonly table: ExportedTable | 'community';
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * Everything of a community but its credentials and what waits to be sent, page by page. What is sealed says for which
 * community, so that it can be verified elsewhere.
 */
export async function* exportCommunity(
  ctx: Ctx<CommunityActor>,
): AsyncGenerator<readonly ExportedRow[], void, void> {
  const { publicId, name, createdAt, settings } = ctx.actor.community;
  yield [{ table: 'community', row: { id: publicId, name, created_at: createdAt, settings } }];
  for (const table of EXPORTED_TABLES) {
    if (table === 'audit_records') yield* exportTrail(ctx);
    yield* exportTable(ctx, table);
  }
}

async function* exportTable(
  ctx: Ctx<CommunityActor>,
  table: ExportedTable,
): AsyncGenerator<readonly ExportedRow[], void, void> {
  const { id: communityId, publicId } = ctx.actor.community;
  const key = keyOf(table);
  for (let after: string | undefined; ; ) {
    const rows: Record<string, string | number | null>[] = await readRows(
      ctx.db,
      selectPage({ table, isFirst: after === undefined }, { communityId, after: after ?? '', limit: PAGE }),
    );
    yield rows.map((row) => ({
      table,
      row: 'sealed_as' in row ? { ...row, sealed_as: row.sealed_as ?? publicId } : row,
    }));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = JSON.stringify(key.map((column) => last[column]));
  }
}

/** The community's own audit trail, each record with the hash of the one before. */
async function* exportTrail(ctx: Ctx<CommunityActor>): AsyncGenerator<readonly ExportedRow[], void, void> {
  const { id: communityId, publicId } = ctx.actor.community;
  let previousHash = (await findAuditEnds(ctx.db, communityId))?.foot.hash ?? '';
  for (let after: { sequence: number; id: string } = TRAIL_START; ; ) {
    const links = await selectAuditLinks(ctx.db, communityId, after, PAGE);
    const rows: ExportedRow[] = [];
    for (const { sequence, id, occurredAt, properties, hash, ...link } of links) {
      rows.push({
        table: 'audit_records',
        row: {
          origin: publicId,
          sequence,
          id,
          occurred_at: occurredAt,
          type: link.type,
          user: link.user,
          message: link.message,
          properties: JSON.stringify(properties),
          previous_hash: previousHash,
          hash,
        },
      });
      previousHash = hash;
      after = { sequence, id };
    }
    yield rows;
    if (links.length < PAGE) return;
  }
}
