import { readRows } from '../../db/client.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import { EXPORTED_TABLES, type ExportedTable, keyOf, selectPage } from './transfer-queries.ts';

/** Rows in one trip. */
const PAGE = 2000;

/** A line of an export. */
export interface ExportedRow {
  readonly table: ExportedTable | 'community';
  readonly row: Readonly<Record<string, unknown>>;
}

/** Everything of a community but its credentials and what waits to be sent, page by page. */
export async function* exportCommunity(
  ctx: Ctx<CommunityActor>,
): AsyncGenerator<readonly ExportedRow[], void, void> {
  const { id: communityId, publicId, name, createdAt, settings } = ctx.actor.community;
  yield [{ table: 'community', row: { id: publicId, name, created_at: createdAt, settings } }];
  for (const table of EXPORTED_TABLES) {
    const key = keyOf(table);
    for (let after: string | undefined; ; ) {
      const rows: Record<string, string | number | null>[] = await readRows(
        ctx.db,
        selectPage({ table, isFirst: after === undefined }, { communityId, after: after ?? '', limit: PAGE }),
      );
      yield rows.map((row) => ({ table, row }));
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) break;
      after = JSON.stringify(key.map((column) => last[column]));
    }
  }
}
