-- What a heartbeat finds is put into this view, and comes back (RETURNING): each account with its open session. The
-- trigger notes what is due. So one statement answers and writes, which reads each account and session once: an INSERT
-- into the table itself returns only what it changes, and what stays as it is would have to be read again.
CREATE VIEW session_sightings AS
SELECT 0 AS position, community_id, account_id, server_id, started_at, id, last_seen_at AS seen_at,
  silent_since, 0 AS is_due, 0 AS is_reopened
FROM sessions;
--> statement-breakpoint
-- An upsert of a row that is there, because it finds it at no row read.
CREATE TRIGGER session_sightings_insert INSTEAD OF INSERT ON session_sightings WHEN NEW.is_due
BEGIN
  INSERT INTO sessions (community_id, account_id, server_id, started_at, id, last_seen_at)
  VALUES (NEW.community_id, NEW.account_id, NEW.server_id, NEW.started_at, NEW.id, NEW.seen_at)
  ON CONFLICT (community_id, server_id, account_id) WHERE ended_at IS NULL DO UPDATE SET
    silent_since = coalesce(NEW.silent_since, silent_since),
    resumed_at = iif(NEW.silent_since IS NULL, resumed_at, NEW.seen_at),
    last_seen_at = max(last_seen_at, NEW.seen_at), has_heartbeat = 1;
END;
