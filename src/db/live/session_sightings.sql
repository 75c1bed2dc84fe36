-- What a heartbeat finds is put into this view, and comes back (RETURNING): each account with its open session. The
-- trigger notes what is due. So one statement answers and writes, which reads each account and session once: an INSERT
-- into the table itself returns only what it changes, and what stays as it is would have to be read again.
CREATE VIEW session_sightings AS
SELECT 0 AS position, community_id, account_id, server_id, started_at, id, last_seen_at AS seen_at,
  silent_since, 0 AS is_due, 0 AS is_reopened
FROM sessions;
