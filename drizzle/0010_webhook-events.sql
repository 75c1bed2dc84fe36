-- Every change of a session, a new account and a server's start put their events into the outbox, for the endpoints that ask
-- for them, in the transaction of the change, whichever statement makes it. Where a community has no endpoint, a change
-- costs no row read and none written. Types and data: src/core/webhooks. The last statement of the transaction adds when
-- and who (publishMessages): a trigger knows neither.
-- `metadata || ''` makes a plain text of what json_patch has just returned, which json_object would nest as JSON.
-- Starts are not here (insertStarted): an INSERT trigger makes SQLite copy what is inserted, a row read for each, for all.
-- SQLite drops a table's triggers with it: a migration that rebuilds one of these tables must create them again.
CREATE TRIGGER sessions_update_event
AFTER UPDATE OF started_at, ended_at, close_kind, clear_reason, voided_at, stale_at ON sessions
WHEN EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
  AND (OLD.started_at <> NEW.started_at OR OLD.ended_at IS NOT NEW.ended_at
    OR OLD.close_kind IS NOT NEW.close_kind OR OLD.clear_reason IS NOT NEW.clear_reason
    OR OLD.voided_at IS NOT NEW.voided_at OR OLD.stale_at IS NOT NEW.stale_at)
  AND NOT (OLD.ended_at IS NULL AND NEW.close_kind IS 'server_reset')
BEGIN
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id,
    (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages
      WHERE community_id = e.community_id AND endpoint_id = e.id),
    event.type,
    json_object('id', NEW.id, 'account_id', NEW.account_id, 'server_id', NEW.server_id,
      'started_at', NEW.started_at, 'last_seen_at', NEW.last_seen_at, 'ended_at', NEW.ended_at,
      'close_kind', NEW.close_kind, 'clear_reason', NEW.clear_reason, 'metadata', NEW.metadata || '',
      'names', (SELECT json_group_object(kind, value) FROM account_identifiers
        WHERE community_id = NEW.community_id AND account_id = NEW.account_id))
  FROM webhook_endpoints AS e CROSS JOIN (
    SELECT CASE
      WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN 'session.' || NEW.close_kind
      WHEN OLD.ended_at IS NOT NULL AND NEW.ended_at IS NULL THEN 'session.reopened'
      WHEN NEW.ended_at IS NULL AND OLD.stale_at IS NOT NEW.stale_at THEN 'session.stale'
      WHEN OLD.close_kind = 'auto_closed' AND NEW.close_kind = 'stopped' THEN 'session.stopped'
      ELSE 'session.corrected' END AS type) AS event
  WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE event.type GLOB value);
END;
--> statement-breakpoint
CREATE TRIGGER accounts_insert_event AFTER INSERT ON accounts
WHEN EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
BEGIN
  INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data)
  SELECT e.community_id, e.id,
    (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages
      WHERE community_id = e.community_id AND endpoint_id = e.id),
    'account.created',
    json_object('id', NEW.id, 'created_at', NEW.created_at, 'names', json_object('username', NEW.joined_as))
  FROM webhook_endpoints AS e
  WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL
    AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'account.created' GLOB value);
END;
--> statement-breakpoint
-- One event for a reset, with up to 50 of the sessions that it closed: whichever comes first makes it, the first of the
-- sessions or the note of the reset (servers.reset_at); each session adds itself.
CREATE TRIGGER sessions_reset_event AFTER UPDATE OF ended_at ON sessions
WHEN EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
  AND OLD.ended_at IS NULL AND NEW.close_kind IS 'server_reset'
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
  UPDATE webhook_messages SET data = CASE
      WHEN data ->> 'count' >= 50 THEN json_set(data, '$.count', (data ->> 'count') + 1)
      ELSE json_set(data, '$.count', (data ->> 'count') + 1, '$.sessions[#]',
        json_object('id', NEW.id, 'account_id', NEW.account_id, 'server_id', NEW.server_id,
          'started_at', NEW.started_at, 'last_seen_at', NEW.last_seen_at, 'ended_at', NEW.ended_at,
          'close_kind', NEW.close_kind, 'clear_reason', NEW.clear_reason, 'metadata', NEW.metadata || '')) END
  WHERE status = 'new' AND community_id = NEW.community_id AND type = 'server.reset'
    AND data ->> 'server_id' = NEW.server_id;
END;
--> statement-breakpoint
CREATE TRIGGER servers_insert_event AFTER INSERT ON servers
WHEN NEW.reset_at IS NOT NULL AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id)
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
--> statement-breakpoint
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
