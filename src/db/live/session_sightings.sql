-- What a heartbeat or a roster finds is put into this view, as one row for all of its accounts, and comes back (RETURNING).
-- The triggers write what is to be written of it. So one statement answers and writes, and reads each account and session
-- once; and what is many is a list (JSON), which costs a fraction of as many rows. src/core/sessions/presence-queries.ts
-- makes the lists, each of objects:
-- `seen`, who is noted as seen; `kept`, whose session goes on though a sweep had closed it; `changes`, who comes, goes, or
-- is back after a silence. `found` is for the caller alone.
-- `at` is the time of the sighting. A session that starts has the id of `id_prefix` and of the sum of `id_number` and its
-- `position`.
CREATE VIEW session_sightings AS
SELECT community_id, server_id, 0 AS at, 0 AS is_start_observed, '' AS id_prefix, 0 AS id_number, 0 AS is_heard,
  '' AS found, '[]' AS seen, '[]' AS kept, '[]' AS changes
FROM servers;
