-- Closes what is over, goes on with what a sweep had closed too early ('kept'), and opens what begins; and tells of a start,
-- as insertStarted does for single calls.
CREATE TRIGGER session_sightings_change INSTEAD OF INSERT ON session_sightings
WHEN NEW.outcome IN ('kept', 'gone', 'expired', 'started', 'resumed', 'restarted')
BEGIN
  UPDATE sessions SET ended_at = NULL, close_kind = NULL, clear_reason = NULL, last_seen_at = max(last_seen_at, NEW.at),
    heartbeat_at = coalesce(heartbeat_at, NEW.at)
  WHERE NEW.outcome = 'kept' AND community_id = NEW.community_id AND account_id = NEW.account_id
    AND started_at = NEW.started_at AND id = NEW.id AND ended_at IS NOT NULL;
  UPDATE sessions SET ended_at = NEW.ended_at, last_seen_at = NEW.seen_at, close_kind = NEW.close_kind,
    clear_reason = NEW.clear_reason, gone_at = NEW.gone_at
  WHERE NEW.close_kind IS NOT NULL AND community_id = NEW.community_id AND account_id = NEW.account_id
    AND started_at = NEW.started_at AND id = NEW.id AND ended_at IS NULL;
  INSERT INTO sessions (community_id, account_id, server_id, started_at, id, last_seen_at, heartbeat_at, continues_id,
    is_start_observed)
  SELECT NEW.community_id, NEW.account_id, NEW.server_id, NEW.at, NEW.new_id, NEW.at, NEW.at, NEW.continues_id,
    NEW.is_start_observed
  WHERE NEW.new_id IS NOT NULL
  ON CONFLICT DO NOTHING;
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id,
    (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages
      WHERE community_id = e.community_id AND endpoint_id = e.id),
    'session.started',
    json_object('id', NEW.new_id, 'account_id', NEW.account_id, 'server_id', NEW.server_id,
      'started_at', NEW.at, 'last_seen_at', NEW.at, 'ended_at', NULL, 'close_kind', NULL, 'clear_reason', NULL,
      'metadata', '{}', 'continues_id', NEW.continues_id,
      'names', (SELECT json_group_object(kind, value) FROM account_identifiers
        INDEXED BY account_identifiers_by_account
        WHERE community_id = NEW.community_id AND account_id = NEW.account_id))
  FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community
  WHERE NEW.new_id IS NOT NULL AND e.community_id = NEW.community_id AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'session.started' GLOB value)
    AND EXISTS (SELECT 1 FROM sessions INDEXED BY sessions_open
      WHERE community_id = NEW.community_id AND server_id = NEW.server_id AND account_id = NEW.account_id
        AND ended_at IS NULL AND id = NEW.new_id);
END;
