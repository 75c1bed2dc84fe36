-- Goes on with what a sweep had closed too early.
-- LIMIT keeps SQLite from going through all sessions for each of the list.
CREATE TRIGGER session_sightings_kept INSTEAD OF INSERT ON session_sightings WHEN NEW.kept <> '[]'
BEGIN
  UPDATE sessions SET ended_at = NULL, close_kind = NULL, clear_reason = NULL, last_seen_at = max(last_seen_at, NEW.at),
    heartbeat_at = coalesce(heartbeat_at, NEW.at), listed_as = coalesce(kept_as, listed_as)
  FROM (
    SELECT value ->> 'account_id' AS kept_account_id, value ->> 'started_at' AS kept_started_at, value ->> 'id' AS kept_id,
      value ->> 'listed_as' AS kept_as
    FROM json_each(NEW.kept) LIMIT -1)
  WHERE community_id = NEW.community_id AND account_id = +kept_account_id AND started_at = +kept_started_at
    AND id = +kept_id AND ended_at IS NOT NULL;
END;
