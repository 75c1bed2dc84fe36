-- One event for a reset, with up to 50 of the sessions that it closed: the first to come makes it, the first of the
-- sessions or the note of the reset (servers.reset_at); each session adds itself.
CREATE TRIGGER sessions_reset_event AFTER UPDATE OF ended_at ON sessions
WHEN OLD.ended_at IS NULL AND NEW.close_kind IS 'server_reset'
  AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
BEGIN
  {{server_reset_message}}
  UPDATE webhook_messages SET data = iif(data ->> 'count' >= 50,
      json_set(data, '$.count', (data ->> 'count') + 1),
      json_set(data, '$.count', (data ->> 'count') + 1, '$.sessions[#]',
        {{session_json}}))
  WHERE status = 'new' AND community_id = NEW.community_id AND type = 'server.reset'
    AND data ->> 'server_id' = NEW.server_id;
END;
