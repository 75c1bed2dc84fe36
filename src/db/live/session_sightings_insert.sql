-- Notes that an open session was seen: an upsert of a row that is there, because it finds it at no row read.
CREATE TRIGGER session_sightings_insert INSTEAD OF INSERT ON session_sightings WHEN NEW.outcome = 'seen'
BEGIN
  INSERT INTO sessions (community_id, account_id, server_id, started_at, id, last_seen_at)
  VALUES (NEW.community_id, NEW.account_id, NEW.server_id, NEW.started_at, NEW.id, NEW.at)
  ON CONFLICT (community_id, server_id, account_id) WHERE ended_at IS NULL DO UPDATE SET
    silent_since = coalesce(NEW.silent_since, silent_since),
    resumed_at = iif(NEW.silent_since IS NULL, resumed_at, NEW.at),
    last_seen_at = max(last_seen_at, NEW.at), heartbeat_at = coalesce(heartbeat_at, NEW.at),
    listed_as = coalesce(NEW.listed_as, listed_as);
END;
