-- What a heartbeat or a roster finds is put into this view, and comes back (RETURNING): each account with its session and
-- with what is to become of it (`outcome`). The triggers write that. So one statement answers and writes, which reads each
-- account and session once: an INSERT into the table itself returns only what it changes.
-- `at` is the time of the sighting, `seen_at` when the session was last seen before; `close_kind` says that it closes, at
-- `ended_at`; `new_id` that a session starts; `continues_id` that it goes on with one before a silence.
CREATE VIEW session_sightings AS
SELECT 0 AS position, '' AS outcome, community_id, account_id, server_id, started_at, id, 0 AS at, last_seen_at AS seen_at,
  silent_since, close_kind, ended_at, clear_reason, gone_at, metadata, id AS new_id, continues_id, is_start_observed
FROM sessions;
