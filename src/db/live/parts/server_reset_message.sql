-- One message for a reset, at each endpoint that asks for it: the first to come makes it.
INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
SELECT e.community_id, e.id,
  {{next_seq}},
  'server.reset', json_object('server_id', NEW.server_id, 'count', 0, 'sessions', json('[]'))
FROM webhook_endpoints AS e
WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL
  AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'server.reset' GLOB value)
  AND NOT EXISTS (SELECT 1 FROM webhook_messages AS m
    WHERE m.status = 'new' AND m.endpoint_id = e.id AND m.type = 'server.reset'
      AND m.data ->> 'server_id' = NEW.server_id);
