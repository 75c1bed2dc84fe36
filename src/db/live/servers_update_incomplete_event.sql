-- Once, when rosters begin to have entries that name nobody; again only after a roster without one.
CREATE TRIGGER servers_update_incomplete_event AFTER UPDATE OF roster_incomplete_since ON servers
WHEN OLD.roster_incomplete_since IS NULL AND NEW.roster_incomplete_since IS NOT NULL
  AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
BEGIN
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id,
    {{next_seq}},
    'server.roster_incomplete',
    json_object('server_id', NEW.server_id, 'unnamed', NEW.roster_unnamed, 'since', NEW.roster_incomplete_since)
  FROM webhook_endpoints AS e
  WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'server.roster_incomplete' GLOB value);
END;
