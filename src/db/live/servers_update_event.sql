CREATE TRIGGER servers_update_event AFTER UPDATE OF reset_at ON servers
WHEN OLD.reset_at IS NOT NEW.reset_at AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
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
END;
