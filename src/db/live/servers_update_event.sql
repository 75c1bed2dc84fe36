CREATE TRIGGER servers_update_event AFTER UPDATE OF reset_at ON servers
WHEN OLD.reset_at IS NOT NEW.reset_at AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
BEGIN
  {{server_reset_message}}
END;
