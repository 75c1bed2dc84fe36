-- Notes that open sessions were seen: an upsert of rows that are there, because it finds them at no row read.
CREATE TRIGGER session_sightings_seen INSTEAD OF INSERT ON session_sightings WHEN NEW.seen <> '[]'
BEGIN
  INSERT INTO sessions (community_id, account_id, server_id, started_at, id, last_seen_at, silent_since, listed_as,
    listed_metadata)
  SELECT NEW.community_id, value ->> 'account_id', NEW.server_id, value ->> 'started_at', value ->> 'id', NEW.at,
    value ->> 'silent_since', value ->> 'listed_as', value ->> 'told'
  FROM json_each(NEW.seen) WHERE true
  ON CONFLICT (community_id, server_id, account_id) WHERE ended_at IS NULL DO UPDATE SET
    silent_since = coalesce(excluded.silent_since, silent_since),
    resumed_at = iif(excluded.silent_since IS NULL, resumed_at, NEW.at),
    last_seen_at = max(last_seen_at, NEW.at), heartbeat_at = coalesce(heartbeat_at, NEW.at),
    listed_as = coalesce(excluded.listed_as, listed_as),
    metadata = iif(excluded.listed_metadata IS NULL, metadata, json_patch(metadata, excluded.listed_metadata)),
    listed_metadata = iif(excluded.listed_metadata IS NULL, listed_metadata,
      json_patch(coalesce(listed_metadata, '{}'), excluded.listed_metadata));
END;
