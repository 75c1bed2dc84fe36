CREATE TRIGGER servers_insert_event AFTER INSERT ON servers
WHEN NEW.reset_at IS NOT NULL AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
BEGIN
  {{server_reset_message}}
END;
