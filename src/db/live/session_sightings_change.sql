-- Closes what is over, and opens what begins; and tells of a start, as insertStarted does for single calls, where somebody
-- listens (`is_heard`: found out once for all of them).
CREATE TRIGGER session_sightings_change INSTEAD OF INSERT ON session_sightings
WHEN NEW.outcome IN ('gone', 'expired', 'started', 'resumed', 'restarted')
BEGIN
  UPDATE sessions SET ended_at = iif(NEW.is_silent, NEW.silent_end, NEW.seen_at), last_seen_at = NEW.seen_at,
    close_kind = iif(NEW.is_silent, 'auto_closed', 'stopped'), clear_reason = iif(NEW.is_silent, NEW.silent_reason, NULL),
    gone_at = iif(NEW.is_silent, NULL, NEW.at)
  WHERE (NEW.is_silent OR NEW.outcome = 'gone') AND community_id = NEW.community_id AND account_id = NEW.account_id
    AND started_at = NEW.started_at AND id = NEW.id AND ended_at IS NULL;
  INSERT INTO sessions (community_id, account_id, server_id, started_at, id, last_seen_at, heartbeat_at, continues_id,
    listed_as, is_start_observed)
  SELECT NEW.community_id, NEW.account_id, NEW.server_id, NEW.at,
    NEW.id_prefix || printf('%012x', NEW.id_number + NEW.position), NEW.at, NEW.at,
    iif(NEW.outcome = 'resumed', NEW.id, NULL), NEW.listed_as, NEW.is_start_observed
  WHERE NEW.outcome IN ('started', 'resumed', 'restarted')
  ON CONFLICT DO NOTHING;
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id,
    (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages
      WHERE community_id = e.community_id AND endpoint_id = e.id),
    'session.started',
    json_object('id', s.id, 'account_id', s.account_id, 'server_id', s.server_id, 'started_at', s.started_at,
      'last_seen_at', s.last_seen_at, 'ended_at', NULL, 'close_kind', NULL, 'clear_reason', NULL,
      'metadata', s.metadata || '', 'continues_id', s.continues_id,
      'names', (SELECT json_group_object(kind, value) FROM account_identifiers
        INDEXED BY account_identifiers_by_account
        WHERE community_id = NEW.community_id AND account_id = NEW.account_id))
  FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community
    CROSS JOIN sessions AS s INDEXED BY sessions_open
  WHERE NEW.is_heard AND NEW.outcome IN ('started', 'resumed', 'restarted') AND e.community_id = NEW.community_id
    AND e.disabled_at IS NULL AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'session.started' GLOB value)
    AND s.community_id = NEW.community_id AND s.server_id = NEW.server_id AND s.account_id = NEW.account_id
    AND s.ended_at IS NULL AND s.id = NEW.id_prefix || printf('%012x', NEW.id_number + NEW.position);
END;
