-- Goes on with what a sweep had closed too early.
CREATE TRIGGER session_sightings_keep INSTEAD OF INSERT ON session_sightings WHEN NEW.outcome = 'kept'
BEGIN
  UPDATE sessions SET ended_at = NULL, close_kind = NULL, clear_reason = NULL, last_seen_at = max(last_seen_at, NEW.at),
    heartbeat_at = coalesce(heartbeat_at, NEW.at), listed_as = coalesce(NEW.listed_as, listed_as)
  WHERE community_id = NEW.community_id AND account_id = NEW.account_id
    AND started_at = NEW.started_at AND id = NEW.id AND ended_at IS NOT NULL;
END;
