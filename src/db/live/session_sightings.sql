-- What a heartbeat or a roster finds is put into this view, and comes back (RETURNING): each account with its session and
-- with what is to become of it (`outcome`). The triggers write that. So one statement answers and writes, which reads each
-- account and session once: an INSERT into the table itself returns only what it changes.
-- `at` is the time of the sighting; `id` and `started_at` name the session that is open, else the latest; `seen_at` is when
-- it was last seen before. `is_silent`: it is open, but silence has ended it, at `silent_end`. A session that starts has
-- the id of `id_prefix` and of the sum of `id_number` and `position`.
CREATE VIEW session_sightings AS
SELECT 0 AS position, '' AS outcome, community_id, account_id, server_id, 0 AS at, id, started_at, last_seen_at AS seen_at,
  silent_since, 0 AS is_silent, ended_at AS silent_end, clear_reason AS silent_reason, metadata, continues_id, listed_as,
  is_start_observed, '' AS id_prefix, 0 AS id_number,
  0 AS is_heard
FROM sessions;
