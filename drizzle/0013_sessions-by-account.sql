-- The primary key begins with the account, so that no index has to: a start writes two rows instead of three.
-- SQLite changes no primary key, so the table is made anew, and with it the triggers of 0010_webhook-events.sql.
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_sessions` (
	`community_id` text NOT NULL,
	`started_at` integer NOT NULL,
	`id` text NOT NULL,
	`server_id` integer NOT NULL,
	`account_id` text NOT NULL,
	`last_seen_at` integer NOT NULL,
	`has_heartbeat` integer DEFAULT false NOT NULL,
	`stale_at` integer,
	`silent_since` integer,
	`resumed_at` integer,
	`is_start_observed` integer DEFAULT false NOT NULL,
	`ended_at` integer,
	`is_end_observed` integer DEFAULT false NOT NULL,
	`close_kind` text,
	`clear_reason` text,
	`metadata` text DEFAULT '{}' NOT NULL,
	`voided_at` integer,
	`is_moved` integer DEFAULT false NOT NULL,
	`reach_ms` integer GENERATED ALWAYS AS (CASE WHEN ended_at - started_at <= 300000 THEN 300000 WHEN ended_at - started_at <= 600000 THEN 600000 WHEN ended_at - started_at <= 900000 THEN 900000 WHEN ended_at - started_at <= 1200000 THEN 1200000 WHEN ended_at - started_at <= 1800000 THEN 1800000 WHEN ended_at - started_at <= 2400000 THEN 2400000 WHEN ended_at - started_at <= 3600000 THEN 3600000 WHEN ended_at - started_at <= 4800000 THEN 4800000 WHEN ended_at - started_at <= 7200000 THEN 7200000 WHEN ended_at - started_at <= 9600000 THEN 9600000 WHEN ended_at - started_at <= 14400000 THEN 14400000 WHEN ended_at - started_at <= 19200000 THEN 19200000 WHEN ended_at - started_at <= 28800000 THEN 28800000 WHEN ended_at - started_at <= 38400000 THEN 38400000 WHEN ended_at - started_at <= 57600000 THEN 57600000 WHEN ended_at - started_at <= 76800000 THEN 76800000 WHEN ended_at - started_at <= 115200000 THEN 115200000 WHEN ended_at - started_at <= 172800000 THEN 172800000 WHEN ended_at - started_at <= 345600000 THEN 345600000 WHEN ended_at - started_at <= 691200000 THEN 691200000 WHEN ended_at - started_at <= 2764800000 THEN 2764800000 WHEN ended_at - started_at <= 9007199254740991 THEN 9007199254740991 END) VIRTUAL,
	PRIMARY KEY(`community_id`, `account_id`, `started_at`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_sessions`("community_id", "started_at", "id", "server_id", "account_id", "last_seen_at", "has_heartbeat", "stale_at", "silent_since", "resumed_at", "is_start_observed", "ended_at", "is_end_observed", "close_kind", "clear_reason", "metadata", "voided_at", "is_moved") SELECT "community_id", "started_at", "id", "server_id", "account_id", "last_seen_at", "has_heartbeat", "stale_at", "silent_since", "resumed_at", "is_start_observed", "ended_at", "is_end_observed", "close_kind", "clear_reason", "metadata", "voided_at", "is_moved" FROM `sessions`;--> statement-breakpoint
DROP TABLE `sessions`;--> statement-breakpoint
ALTER TABLE `__new_sessions` RENAME TO `sessions`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_open` ON `sessions` (`community_id`,`server_id`,`account_id`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE INDEX `sessions_by_reach` ON `sessions` (`community_id`,`reach_ms`,`started_at`,`id`) WHERE ended_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `sessions_auto_closed` ON `sessions` (`community_id`,`server_id`,`started_at`) WHERE close_kind = 'auto_closed';--> statement-breakpoint
CREATE INDEX `sessions_moved` ON `sessions` (`community_id`,`id`) WHERE is_moved = 1;--> statement-breakpoint
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
