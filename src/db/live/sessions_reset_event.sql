-- One event for a reset, with up to 50 of the sessions that it closed: whichever comes first makes it, the first of the
-- sessions or the note of the reset (servers.reset_at); each session adds itself.
CREATE TRIGGER sessions_reset_event AFTER UPDATE OF ended_at ON sessions
WHEN OLD.ended_at IS NULL AND NEW.close_kind IS 'server_reset'
  AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
BEGIN
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id,
    (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages
      WHERE community_id = e.community_id AND endpoint_id = e.id),
    'server.reset', json_object('server_id', NEW.server_id, 'count', 0, 'sessions', json('[]'))
  FROM webhook_endpoints AS e
  WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'server.reset' GLOB value)
    AND NOT EXISTS (SELECT 1 FROM webhook_messages AS m
      WHERE m.status = 'new' AND m.endpoint_id = e.id AND m.type = 'server.reset'
        AND m.data ->> 'server_id' = NEW.server_id);
  UPDATE webhook_messages SET data = iif(data ->> 'count' >= 50,
      json_set(data, '$.count', (data ->> 'count') + 1),
      json_set(data, '$.count', (data ->> 'count') + 1, '$.sessions[#]',
        json_object('id', NEW.id, 'account_id', NEW.account_id, 'server_id', NEW.server_id,
          'started_at', NEW.started_at, 'last_seen_at', NEW.last_seen_at, 'ended_at', NEW.ended_at,
          'close_kind', NEW.close_kind, 'clear_reason', NEW.clear_reason, 'metadata', NEW.metadata || '',
          'continues_id', NEW.continues_id,
          'name', (SELECT name FROM accounts WHERE community_id = NEW.community_id AND id = NEW.account_id))))
  WHERE status = 'new' AND community_id = NEW.community_id AND type = 'server.reset'
    AND data ->> 'server_id' = NEW.server_id;
END;
