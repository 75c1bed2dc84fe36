CREATE TRIGGER accounts_insert_event AFTER INSERT ON accounts
WHEN EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
BEGIN
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id,
    {{next_seq}},
    'account.created',
    json_object('id', NEW.id, 'created_at', NEW.created_at, 'name', NEW.name)
  FROM webhook_endpoints AS e
  WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'account.created' GLOB value);
END;
