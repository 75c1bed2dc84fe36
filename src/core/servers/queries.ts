/** The SQL of servers: their names, and what is known of each. */
import type { servers } from '../../db/schema/servers.ts';
import { type RowOf, type SQL, sql, statement } from '../../db/statement.ts';

type ServerRow = RowOf<typeof servers>;

/** A server as `selectServers` returns it. */
export type NamedServerRow = Pick<
  ServerRow,
  'server_id' | 'name' | 'description' | 'roster_seen_at' | 'roster_unnamed' | 'roster_incomplete_since'
> & {
  /** How many sessions are open there. */
  readonly open: number;
};

const serversWhere = (condition: SQL): SQL => sql`
  SELECT r.server_id, r.name, r.description, r.roster_seen_at, r.roster_unnamed, r.roster_incomplete_since,
    (SELECT count(*) FROM sessions AS s INDEXED BY sessions_open
     WHERE s.community_id = r.community_id AND s.server_id = r.server_id AND s.ended_at IS NULL) AS open
  FROM servers AS r WHERE ${condition}
  ORDER BY r.server_id LIMIT 1000`;

/** The servers that have a name, by number, each with how many are on: a row read for each of those. */
export const selectNamedServers = statement<{ communityId: number }, NamedServerRow>(($) =>
  serversWhere(sql`r.community_id = ${$.communityId} AND r.name IS NOT NULL`),
);

/** All servers that anything is known of, as `selectNamedServers`. */
export const selectServers = statement<{ communityId: number }, NamedServerRow>(($) =>
  serversWhere(sql`r.community_id = ${$.communityId}`),
);

/** Names servers; `named` is a JSON array of `[id or null, name or null, description]`. Without an id: the next number. */
export const upsertServerNames = statement<{ communityId: number; named: string }>(
  ($) => sql`
    INSERT INTO servers (community_id, server_id, name, description)
    SELECT ${$.communityId}, server_id, coalesce(name, 'Server ' || server_id), description
    FROM (
      SELECT item.value ->> 1 AS name, item.value ->> 2 AS description, coalesce(item.value ->> 0,
        (SELECT coalesce(max(server_id), 0) FROM servers WHERE community_id = ${$.communityId}) + item.key + 1) AS server_id
      FROM json_each(${$.named}) AS item
    )
    WHERE true
    ON CONFLICT DO UPDATE SET name = excluded.name, description = excluded.description`,
);

/** Notes servers of which nothing was known; `ids` is a JSON array of numbers. */
export const insertServers = statement<{ communityId: number; ids: string }>(
  ($) => sql`
    INSERT INTO servers (community_id, server_id) SELECT ${$.communityId}, value FROM json_each(${$.ids})
    WHERE true ON CONFLICT DO NOTHING`,
);

/** Takes the names from all servers but those of `kept`, a JSON array of numbers. */
export const forgetServerNames = statement<{ communityId: number; kept: string }>(
  ($) => sql`
    UPDATE servers SET name = NULL, description = NULL
    WHERE community_id = ${$.communityId} AND name IS NOT NULL
      AND server_id NOT IN (SELECT value FROM json_each(${$.kept}))`,
);

/** Expression: what the server is called; NULL where only its id is known. */
export const nameOfServer = (communityId: SQL, serverId: SQL): SQL => sql`
  (SELECT named.name FROM servers AS named
   WHERE named.community_id = ${communityId} AND named.server_id = ${serverId})`;

/** Statement: what servers are called; `ids` is a JSON array of numbers. */
export const selectNamesOfServers = statement<
  { communityId: number; ids: string },
  Pick<ServerRow, 'server_id' | 'name'>
>(
  ($) => sql`
    SELECT r.server_id, r.name FROM json_each(${$.ids}) AS wanted CROSS JOIN servers AS r
    WHERE r.community_id = ${$.communityId} AND r.server_id = wanted.value`,
);
