-- Closes what is over, and opens what begins; and tells of each start, as insertStarted does for single calls, where
-- somebody listens (`is_heard`: found out once for all of them).
-- LIMIT keeps SQLite from going through all sessions for each of the list.
CREATE TRIGGER session_sightings_change INSTEAD OF INSERT ON session_sightings WHEN NEW.changes <> '[]'
BEGIN
  UPDATE sessions SET ended_at = over_at, last_seen_at = over_seen_at, close_kind = iif(over_reason IS NULL, 'stopped',
      'auto_closed'), clear_reason = over_reason, gone_at = over_gone_at
  FROM (
    SELECT value ->> 'account_id' AS over_account_id, value ->> 'started_at' AS over_started_at, value ->> 'id' AS over_id,
      value ->> 'ends_at' AS over_at, value ->> 'seen_at' AS over_seen_at, value ->> 'reason' AS over_reason,
      iif(value ->> 'outcome' = 'gone', NEW.at, NULL) AS over_gone_at
    FROM json_each(NEW.changes) WHERE value ->> 'ends_at' IS NOT NULL LIMIT -1)
  WHERE community_id = NEW.community_id AND account_id = +over_account_id AND started_at = +over_started_at
    AND id = +over_id AND ended_at IS NULL;
  INSERT INTO sessions (community_id, account_id, server_id, started_at, id, last_seen_at, heartbeat_at, continues_id,
    listed_as, is_start_observed, metadata, listed_metadata)
  SELECT NEW.community_id, value ->> 'account_id', NEW.server_id, NEW.at,
    NEW.id_prefix || printf('%012x', NEW.id_number + (value ->> 'position')), NEW.at, NEW.at,
    iif(value ->> 'outcome' = 'resumed', value ->> 'id', NULL), value ->> 'listed_as', NEW.is_start_observed,
    coalesce(value ->> 'told', '{}'),
    iif(value ->> 'outcome' IN ('started', 'restarted'), value ->> 'told', value ->> 'listed')
  FROM json_each(NEW.changes) WHERE value ->> 'outcome' IN ('started', 'resumed', 'restarted', 'changed')
  ON CONFLICT DO NOTHING;
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id,
    {{next_seq}} - 1 + row_number() OVER (PARTITION BY e.id ORDER BY change.value ->> 'position'),
    'session.started',
    json_object('id', s.id, 'account_id', s.account_id, 'server_id', s.server_id, 'started_at', s.started_at,
      'last_seen_at', s.last_seen_at, 'ended_at', NULL, 'close_kind', NULL, 'clear_reason', NULL,
      'metadata', s.metadata || '', 'continues_id', s.continues_id,
      'name', (SELECT name FROM accounts WHERE community_id = s.community_id AND id = s.account_id))
  FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community
    CROSS JOIN json_each(NEW.changes) AS change
    CROSS JOIN sessions AS s INDEXED BY sessions_open
  WHERE NEW.is_heard AND e.community_id = NEW.community_id AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'session.started' GLOB value)
    AND change.value ->> 'outcome' IN ('started', 'resumed', 'restarted', 'changed')
    AND s.community_id = NEW.community_id AND s.server_id = NEW.server_id AND s.account_id = change.value ->> 'account_id'
    AND s.ended_at IS NULL AND s.id = NEW.id_prefix || printf('%012x', NEW.id_number + (change.value ->> 'position'));
END;
