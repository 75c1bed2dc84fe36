-- Every change of a session, a new account and a server's start put their events into the outbox, for the endpoints that ask
-- for them, in the transaction of the change, by any statement. Where a community has no endpoint, a change
-- costs no row read and none written. Types and data: src/core/webhooks. The last statement of the transaction adds when
-- and who (publishMessages): a trigger knows neither.
-- Starts are not here (tellStarted): an INSERT trigger makes SQLite copy what is inserted, a row read for each, for all.
CREATE TRIGGER sessions_update_event
AFTER UPDATE OF started_at, ended_at, close_kind, clear_reason, voided_at, stale_at ON sessions
WHEN (OLD.started_at <> NEW.started_at OR OLD.ended_at IS NOT NEW.ended_at
    OR OLD.close_kind IS NOT NEW.close_kind OR OLD.clear_reason IS NOT NEW.clear_reason
    OR OLD.voided_at IS NOT NEW.voided_at OR OLD.stale_at IS NOT NEW.stale_at)
  AND NOT (OLD.ended_at IS NULL AND NEW.close_kind IS 'server_reset')
  AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
BEGIN
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id,
    {{next_seq}},
    event.type,
    {{session_json}}
  FROM webhook_endpoints AS e CROSS JOIN (
    SELECT iif(OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL, 'session.' || NEW.close_kind,
      iif(NEW.ended_at IS NULL AND OLD.stale_at IS NOT NEW.stale_at, 'session.stale',
      iif(OLD.close_kind = 'auto_closed' AND NEW.close_kind = 'stopped', 'session.stopped',
      'session.corrected'))) AS type) AS event
  WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE event.type GLOB value);
END;
