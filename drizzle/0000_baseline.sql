CREATE TABLE `account_activities` (
	`community_id` integer NOT NULL,
	`category` text NOT NULL,
	`occurred_at` integer NOT NULL,
	`id` text NOT NULL,
	`event_id` text,
	`record` text NOT NULL,
	PRIMARY KEY(`community_id`, `category`, `occurred_at`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `account_activities_by_event` ON `account_activities` (`community_id`,`event_id`) WHERE event_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `activity_batches` (
	`community_id` integer NOT NULL,
	`category` text NOT NULL,
	`day` integer NOT NULL,
	`id` text NOT NULL,
	`count` integer NOT NULL,
	`digest` text NOT NULL,
	`sealed_as` text,
	`sealed_by` integer,
	PRIMARY KEY(`community_id`, `category`, `day`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `activity_batches_unsealed` ON `activity_batches` (`community_id`,`id`) WHERE sealed_by IS NULL;--> statement-breakpoint
CREATE TABLE `account_identifiers` (
	`community_id` integer NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`account_id` text NOT NULL,
	`created_at` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`community_id`, `kind`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `account_identifiers_by_account` ON `account_identifiers` (`community_id`,`account_id`,`kind`,`value`);--> statement-breakpoint
CREATE TABLE `account_names` (
	`community_id` integer NOT NULL,
	`name_key` text NOT NULL,
	`is_former` integer NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	PRIMARY KEY(`community_id`, `name_key`, `is_former`, `account_id`, `name`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `accounts` (
	`community_id` integer NOT NULL,
	`id` text NOT NULL,
	`created_at` integer NOT NULL,
	`joined_as` text,
	`name` text,
	`names` text DEFAULT '[]' NOT NULL,
	PRIMARY KEY(`community_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `accounts_by_creation` ON `accounts` (`community_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `activity_calls` (
	`community_id` integer NOT NULL,
	`event_id` text NOT NULL,
	`id` text NOT NULL,
	`server_id` integer NOT NULL,
	`account_id` text NOT NULL,
	`action` text NOT NULL,
	`occurred_at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`metadata` text,
	`clear_reason` text,
	`is_late` integer NOT NULL,
	`answer` text,
	`settled_by` text,
	`purge_at` integer GENERATED ALWAYS AS (received_at + iif(received_at - occurred_at > 86400000, 2764800000, 172800000)) VIRTUAL,
	PRIMARY KEY(`community_id`, `event_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `activity_calls_by_account` ON `activity_calls` (`community_id`,`server_id`,`account_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `activity_calls_by_age` ON `activity_calls` (`purge_at`);--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`community_id` integer NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	`expires_at` integer,
	`late_seconds` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_by_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_by_community` ON `api_keys` (`community_id`,`id`);--> statement-breakpoint
CREATE TABLE `audit_records` (
	`community_id` integer NOT NULL,
	`sequence` integer NOT NULL,
	`id` text NOT NULL,
	`occurred_at` integer NOT NULL,
	`type` text NOT NULL,
	`user` text NOT NULL,
	`message` text NOT NULL,
	`properties` text NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`community_id`, `sequence`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `audit_records_by_time` ON `audit_records` (`community_id`,`occurred_at`,`sequence`) WHERE type <> 'RECORDS_SEALED';--> statement-breakpoint
CREATE TABLE `carried_audit_records` (
	`community_id` integer NOT NULL,
	`origin` text NOT NULL,
	`sequence` integer NOT NULL,
	`id` text NOT NULL,
	`occurred_at` integer NOT NULL,
	`type` text NOT NULL,
	`user` text NOT NULL,
	`message` text NOT NULL,
	`properties` text NOT NULL,
	`previous_hash` text NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`community_id`, `origin`, `sequence`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `communities` (
	`id` integer PRIMARY KEY NOT NULL,
	`public_id` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	`auto_create_accounts` integer DEFAULT true NOT NULL,
	`idle_timeout_seconds` integer DEFAULT 43200 NOT NULL,
	`heartbeat_timeout_seconds` integer DEFAULT 600 NOT NULL,
	`heartbeat_step_seconds` integer DEFAULT 30 NOT NULL,
	`max_session_seconds` integer DEFAULT 86400 NOT NULL,
	`reset_grace_seconds` integer DEFAULT 3600 NOT NULL,
	`unconfirmed_end` text DEFAULT 'last-seen' NOT NULL,
	`timezone` text DEFAULT 'UTC' NOT NULL,
	`week_start` text DEFAULT 'monday' NOT NULL,
	`session_retention_days` integer,
	`log_retention_days` integer,
	`account_activity_retention_days` integer,
	`sessions_due_at` integer,
	`log_due_at` integer,
	`account_activity_due_at` integer,
	`empty_report_status` integer DEFAULT 404 NOT NULL,
	`quotas` text DEFAULT '{}' NOT NULL,
	`has_webhooks` integer DEFAULT false NOT NULL,
	`audit_sequence` integer DEFAULT 0 NOT NULL,
	`audit_hash` text DEFAULT '' NOT NULL,
	`audit_foot_sequence` integer DEFAULT 0 NOT NULL,
	`audit_foot_hash` text DEFAULT '' NOT NULL,
	`activity_removed_before` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `communities_by_public_id` ON `communities` (`public_id`);--> statement-breakpoint
CREATE INDEX `communities_deleted` ON `communities` (`id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `communities_with_sessions_due` ON `communities` (`sessions_due_at`) WHERE sessions_due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `communities_with_log_due` ON `communities` (`log_due_at`) WHERE log_due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `communities_with_account_activity_due` ON `communities` (`account_activity_due_at`) WHERE account_activity_due_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`community_id` integer NOT NULL,
	`key_hash` text NOT NULL,
	`fingerprint` text NOT NULL,
	`created_at` integer NOT NULL,
	`answer` text,
	PRIMARY KEY(`community_id`, `key_hash`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `idempotency_keys_by_age` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `identifier_conflicts` (
	`community_id` integer NOT NULL,
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`seen_at` integer NOT NULL,
	PRIMARY KEY(`community_id`, `account_id`, `kind`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `inbound_webhook_calls` (
	`community_id` integer NOT NULL,
	`webhook_id` text NOT NULL,
	`slot` integer NOT NULL,
	`number` integer NOT NULL,
	`received_at` integer NOT NULL,
	`outcome` text NOT NULL,
	`message_id` text,
	`body_bytes` integer NOT NULL,
	`refusal` text,
	`kept` text,
	PRIMARY KEY(`community_id`, `webhook_id`, `slot`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `inbound_webhook_calls_kept` ON `inbound_webhook_calls` (`received_at`) WHERE "inbound_webhook_calls"."kept" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `inbound_webhook_messages` (
	`community_id` integer NOT NULL,
	`webhook_id` text NOT NULL,
	`message_id` text NOT NULL,
	`received_at` integer NOT NULL,
	`target` text,
	`answer` text NOT NULL,
	PRIMARY KEY(`community_id`, `webhook_id`, `message_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `inbound_webhook_messages_by_age` ON `inbound_webhook_messages` (`received_at`);--> statement-breakpoint
CREATE TABLE `inbound_webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`community_id` integer NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`sender` text NOT NULL,
	`verification` text,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_secret_expires_at` integer,
	`mapping` text,
	`repeat_seconds` integer NOT NULL,
	`keep_bodies` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`call_count` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `inbound_webhooks_by_community` ON `inbound_webhooks` (`community_id`,`id`);--> statement-breakpoint
CREATE TABLE `job_runs` (
	`cron` text PRIMARY KEY NOT NULL,
	`scheduled_at` integer NOT NULL,
	`ran_at` integer NOT NULL,
	`failed_jobs` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `log_counters` (
	`community_id` integer NOT NULL,
	`action_type` text NOT NULL,
	`platform` text NOT NULL,
	`count` integer NOT NULL,
	`day` integer DEFAULT 0 NOT NULL,
	`added` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`community_id`, `action_type`, `platform`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `log_entries` (
	`community_id` integer NOT NULL,
	`generation` integer NOT NULL,
	`id` integer NOT NULL,
	`platform` text NOT NULL,
	`serial` text NOT NULL,
	`action_type` text NOT NULL,
	`action_detail` text,
	`username` text,
	`event_id` text,
	PRIMARY KEY(`community_id`, `generation`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `log_entries_by_serial` ON `log_entries` (`community_id`,`generation`,`serial`,`id`);--> statement-breakpoint
CREATE INDEX `log_entries_by_kind` ON `log_entries` (`community_id`,`generation`,`action_type`,`platform`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `log_entries_by_event` ON `log_entries` (`community_id`,`generation`,`event_id`) WHERE event_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `log_id_floors` (
	`community_id` integer NOT NULL,
	`span` integer NOT NULL,
	`floor` integer NOT NULL,
	PRIMARY KEY(`community_id`, `span`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `log_wipes` (
	`community_id` integer NOT NULL,
	`generation` integer NOT NULL,
	`wiped_at` integer NOT NULL,
	`purged_at` integer,
	PRIMARY KEY(`community_id`, `generation`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `log_wipes_pending` ON `log_wipes` (`community_id`,`generation`) WHERE purged_at IS NULL;--> statement-breakpoint
CREATE TABLE `period_open_sessions` (
	`community_id` integer NOT NULL,
	`period_id` text NOT NULL,
	`session_id` text NOT NULL,
	`account_id` text NOT NULL,
	`started_at` integer NOT NULL,
	`counted_until` integer NOT NULL,
	PRIMARY KEY(`community_id`, `period_id`, `session_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `period_questions` (
	`community_id` integer NOT NULL,
	`id` text NOT NULL,
	`created_at` integer NOT NULL,
	`event_id` text NOT NULL,
	`period_id` text NOT NULL,
	`server_id` integer NOT NULL,
	`account_id` text,
	`occurred_at` integer NOT NULL,
	`call` text NOT NULL,
	`decision` text,
	`decided_at` integer,
	`decided_by` text,
	PRIMARY KEY(`community_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `period_questions_by_event` ON `period_questions` (`community_id`,`event_id`);--> statement-breakpoint
CREATE INDEX `period_questions_open` ON `period_questions` (`community_id`,`id`) WHERE decision IS NULL;--> statement-breakpoint
CREATE TABLE `period_totals` (
	`community_id` integer NOT NULL,
	`period_id` text NOT NULL,
	`account_id` text NOT NULL,
	`ms` integer NOT NULL,
	`confirmed_ms` integer NOT NULL,
	`watched_ms` integer NOT NULL,
	`sessions` integer NOT NULL,
	PRIMARY KEY(`community_id`, `period_id`, `account_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `periods` (
	`community_id` integer NOT NULL,
	`id` text NOT NULL,
	`from_at` integer NOT NULL,
	`to_at` integer NOT NULL,
	`note` text,
	`closed_at` integer NOT NULL,
	`closed_by` text NOT NULL,
	`hash` text NOT NULL,
	`sealed_as` text,
	`heartbeat_timeout_ms` integer NOT NULL,
	`accounts` integer NOT NULL,
	`total_ms` integer NOT NULL,
	`reopened_at` integer,
	`reopened_by` text,
	`unlocked_for` text,
	PRIMARY KEY(`community_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `periods_closed` ON `periods` (`community_id`,`to_at`) WHERE reopened_at IS NULL;--> statement-breakpoint
CREATE TABLE `servers` (
	`community_id` integer NOT NULL,
	`server_id` integer NOT NULL,
	`name` text,
	`description` text,
	`roster_observed_at` integer,
	`roster_seen_at` integer,
	`roster_silent_since` integer,
	`roster_resumed_at` integer,
	`roster_unnamed` integer DEFAULT 0 NOT NULL,
	`roster_incomplete_since` integer,
	`reset_at` integer,
	`alive_since` integer,
	`alive_until` integer,
	`alive_before` text DEFAULT '[]' NOT NULL,
	`roster_steps` text DEFAULT '' NOT NULL,
	PRIMARY KEY(`community_id`, `server_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `service_ids` (
	`id` text PRIMARY KEY NOT NULL,
	`community_id` integer NOT NULL,
	`name` text NOT NULL,
	`category` text NOT NULL,
	`client_id` text NOT NULL,
	`secret_hash` text NOT NULL,
	`previous_secret_hash` text,
	`previous_secret_expires_at` integer,
	`created_at` integer NOT NULL,
	`rotated_at` integer,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `service_ids_by_client_id` ON `service_ids` (`client_id`);--> statement-breakpoint
CREATE INDEX `service_ids_by_community` ON `service_ids` (`community_id`,`id`);--> statement-breakpoint
CREATE TABLE `session_revisions` (
	`community_id` integer NOT NULL,
	`session_id` text NOT NULL,
	`id` text NOT NULL,
	`created_at` integer NOT NULL,
	`action` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`actor_name` text NOT NULL,
	`reason` text NOT NULL,
	`before` text NOT NULL,
	`after` text NOT NULL,
	PRIMARY KEY(`community_id`, `session_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sessions` (
	`community_id` integer NOT NULL,
	`started_at` integer NOT NULL,
	`id` text NOT NULL,
	`server_id` integer NOT NULL,
	`account_id` text NOT NULL,
	`last_seen_at` integer NOT NULL,
	`heartbeat_at` integer,
	`stale_at` integer,
	`continues_id` text,
	`silent_since` integer,
	`resumed_at` integer,
	`listed_as` integer,
	`is_start_observed` integer DEFAULT false NOT NULL,
	`ended_at` integer,
	`gone_at` integer,
	`close_kind` text,
	`clear_reason` text,
	`metadata` text DEFAULT '{}' NOT NULL,
	`voided_at` integer,
	`is_moved` integer DEFAULT false NOT NULL,
	`origin` text,
	`import_id` text,
	`reach_ms` integer GENERATED ALWAYS AS (iif(ended_at - started_at <= 300000, 300000, iif(ended_at - started_at <= 600000, 600000, iif(ended_at - started_at <= 900000, 900000, iif(ended_at - started_at <= 1200000, 1200000, iif(ended_at - started_at <= 1800000, 1800000, iif(ended_at - started_at <= 2400000, 2400000, iif(ended_at - started_at <= 3600000, 3600000, iif(ended_at - started_at <= 4800000, 4800000, iif(ended_at - started_at <= 7200000, 7200000, iif(ended_at - started_at <= 9600000, 9600000, iif(ended_at - started_at <= 14400000, 14400000, iif(ended_at - started_at <= 19200000, 19200000, iif(ended_at - started_at <= 28800000, 28800000, iif(ended_at - started_at <= 38400000, 38400000, iif(ended_at - started_at <= 57600000, 57600000, iif(ended_at - started_at <= 76800000, 76800000, iif(ended_at - started_at <= 115200000, 115200000, iif(ended_at - started_at <= 172800000, 172800000, iif(ended_at - started_at <= 345600000, 345600000, iif(ended_at - started_at <= 691200000, 691200000, iif(ended_at - started_at <= 2764800000, 2764800000, iif(ended_at - started_at <= 9007199254740991, 9007199254740991, NULL))))))))))))))))))))))) VIRTUAL,
	PRIMARY KEY(`community_id`, `account_id`, `started_at`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_open` ON `sessions` (`community_id`,`server_id`,`account_id`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE INDEX `sessions_by_reach` ON `sessions` (`community_id`,`reach_ms`,`started_at`,`id`) WHERE ended_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `sessions_auto_closed` ON `sessions` (`community_id`,`server_id`,`started_at`) WHERE close_kind = 'auto_closed';--> statement-breakpoint
CREATE INDEX `sessions_cut_short` ON `sessions` (`community_id`,`server_id`,`gone_at`) WHERE close_kind = 'server_reset' AND ended_at < gone_at;--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_imported` ON `sessions` (`community_id`,`import_id`) WHERE import_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `sessions_moved` ON `sessions` (`community_id`,`id`) WHERE is_moved = 1;--> statement-breakpoint
CREATE TABLE `webhook_endpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`community_id` integer NOT NULL,
	`url` text NOT NULL,
	`format` text NOT NULL,
	`events` text NOT NULL,
	`description` text,
	`digest_seconds` integer,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_secret_expires_at` integer,
	`created_at` integer NOT NULL,
	`disabled_at` integer,
	`disabled_reason` text,
	`failing_since` integer,
	`last_attempt_at` integer,
	`blocked_until` integer DEFAULT 0 NOT NULL,
	`is_throttled` integer DEFAULT false NOT NULL,
	`leased_until` integer DEFAULT 0 NOT NULL,
	`lease_id` text
);
--> statement-breakpoint
CREATE INDEX `webhook_endpoints_by_community` ON `webhook_endpoints` (`community_id`,`id`);--> statement-breakpoint
CREATE TABLE `webhook_messages` (
	`community_id` integer NOT NULL,
	`endpoint_id` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`created_at` integer DEFAULT 0 NOT NULL,
	`actor` text DEFAULT '' NOT NULL,
	`hops` integer DEFAULT 0 NOT NULL,
	`data` text NOT NULL,
	`status` text DEFAULT 'new' NOT NULL,
	`attempt_count` integer DEFAULT 0 NOT NULL,
	`due_at` integer DEFAULT 0 NOT NULL,
	`attempts` text DEFAULT '[]' NOT NULL,
	PRIMARY KEY(`community_id`, `endpoint_id`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `webhook_messages_by_status` ON `webhook_messages` (`status`,`endpoint_id`,`seq`);
--> statement-breakpoint
CREATE VIEW session_sightings AS SELECT community_id, server_id, 0 AS at, 0 AS is_start_observed, '' AS id_prefix, 0 AS id_number, 0 AS is_heard, '' AS found, '[]' AS seen, '[]' AS kept, '[]' AS changes FROM servers;
--> statement-breakpoint
CREATE TRIGGER accounts_delete_names AFTER DELETE ON accounts WHEN OLD.names <> '[]' BEGIN DELETE FROM account_names WHERE (community_id, name_key, is_former, account_id, name) IN ( SELECT OLD.community_id, value ->> 0, key > 0, OLD.id, value ->> 1 FROM json_each(OLD.names)); END;
--> statement-breakpoint
CREATE TRIGGER accounts_insert_event AFTER INSERT ON accounts WHEN EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id) BEGIN INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data) SELECT e.community_id, e.id, (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages WHERE community_id = e.community_id AND endpoint_id = e.id), 'account.created', json_object('id', NEW.id, 'created_at', NEW.created_at, 'name', NEW.name) FROM webhook_endpoints AS e WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'account.created' GLOB value); END;
--> statement-breakpoint
CREATE TRIGGER accounts_insert_names AFTER INSERT ON accounts WHEN NEW.names <> '[]' BEGIN INSERT INTO account_names (community_id, name_key, is_former, account_id, name) SELECT NEW.community_id, value ->> 0, key > 0, NEW.id, value ->> 1 FROM json_each(NEW.names) WHERE true ON CONFLICT DO NOTHING; END;
--> statement-breakpoint
CREATE TRIGGER accounts_update_names AFTER UPDATE OF names ON accounts WHEN OLD.names <> NEW.names BEGIN DELETE FROM account_names WHERE (community_id, name_key, is_former, account_id, name) IN ( SELECT NEW.community_id, value ->> 0, key > 0, NEW.id, value ->> 1 FROM json_each(OLD.names) EXCEPT SELECT NEW.community_id, value ->> 0, key > 0, NEW.id, value ->> 1 FROM json_each(NEW.names)); INSERT INTO account_names (community_id, name_key, is_former, account_id, name) SELECT NEW.community_id, value ->> 0, key > 0, NEW.id, value ->> 1 FROM json_each(NEW.names) WHERE true ON CONFLICT DO NOTHING; END;
--> statement-breakpoint
CREATE TRIGGER servers_insert_event AFTER INSERT ON servers WHEN NEW.reset_at IS NOT NULL AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id) BEGIN INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data) SELECT e.community_id, e.id, (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages WHERE community_id = e.community_id AND endpoint_id = e.id), 'server.reset', json_object('server_id', NEW.server_id, 'count', 0, 'sessions', json('[]')) FROM webhook_endpoints AS e WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'server.reset' GLOB value) AND NOT EXISTS (SELECT 1 FROM webhook_messages AS m WHERE m.status = 'new' AND m.endpoint_id = e.id AND m.type = 'server.reset' AND m.data ->> 'server_id' = NEW.server_id); END;
--> statement-breakpoint
CREATE TRIGGER servers_insert_incomplete_event AFTER INSERT ON servers WHEN NEW.roster_incomplete_since IS NOT NULL AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id) BEGIN INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data) SELECT e.community_id, e.id, (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages WHERE community_id = e.community_id AND endpoint_id = e.id), 'server.roster_incomplete', json_object('server_id', NEW.server_id, 'unnamed', NEW.roster_unnamed, 'since', NEW.roster_incomplete_since) FROM webhook_endpoints AS e WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'server.roster_incomplete' GLOB value); END;
--> statement-breakpoint
CREATE TRIGGER servers_update_event AFTER UPDATE OF reset_at ON servers WHEN OLD.reset_at IS NOT NEW.reset_at AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id) BEGIN INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data) SELECT e.community_id, e.id, (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages WHERE community_id = e.community_id AND endpoint_id = e.id), 'server.reset', json_object('server_id', NEW.server_id, 'count', 0, 'sessions', json('[]')) FROM webhook_endpoints AS e WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'server.reset' GLOB value) AND NOT EXISTS (SELECT 1 FROM webhook_messages AS m WHERE m.status = 'new' AND m.endpoint_id = e.id AND m.type = 'server.reset' AND m.data ->> 'server_id' = NEW.server_id); END;
--> statement-breakpoint
CREATE TRIGGER servers_update_incomplete_event AFTER UPDATE OF roster_incomplete_since ON servers WHEN OLD.roster_incomplete_since IS NULL AND NEW.roster_incomplete_since IS NOT NULL AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id) BEGIN INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data) SELECT e.community_id, e.id, (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages WHERE community_id = e.community_id AND endpoint_id = e.id), 'server.roster_incomplete', json_object('server_id', NEW.server_id, 'unnamed', NEW.roster_unnamed, 'since', NEW.roster_incomplete_since) FROM webhook_endpoints AS e WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'server.roster_incomplete' GLOB value); END;
--> statement-breakpoint
CREATE TRIGGER session_sightings_change INSTEAD OF INSERT ON session_sightings WHEN NEW.changes <> '[]' BEGIN UPDATE sessions SET ended_at = over_at, last_seen_at = over_seen_at, close_kind = iif(over_reason IS NULL, 'stopped', 'auto_closed'), clear_reason = over_reason, gone_at = over_gone_at FROM ( SELECT value ->> 'account_id' AS over_account_id, value ->> 'started_at' AS over_started_at, value ->> 'id' AS over_id, value ->> 'ends_at' AS over_at, value ->> 'seen_at' AS over_seen_at, value ->> 'reason' AS over_reason, iif(value ->> 'outcome' = 'gone', NEW.at, NULL) AS over_gone_at FROM json_each(NEW.changes) WHERE value ->> 'ends_at' IS NOT NULL LIMIT -1) WHERE community_id = NEW.community_id AND account_id = +over_account_id AND started_at = +over_started_at AND id = +over_id AND ended_at IS NULL; INSERT INTO sessions (community_id, account_id, server_id, started_at, id, last_seen_at, heartbeat_at, continues_id, listed_as, is_start_observed, metadata) SELECT NEW.community_id, value ->> 'account_id', NEW.server_id, NEW.at, NEW.id_prefix || printf('%012x', NEW.id_number + (value ->> 'position')), NEW.at, NEW.at, iif(value ->> 'outcome' = 'resumed', value ->> 'id', NULL), value ->> 'listed_as', NEW.is_start_observed, coalesce(value ->> 'told', '{}') FROM json_each(NEW.changes) WHERE value ->> 'outcome' IN ('started', 'resumed', 'restarted', 'changed') ON CONFLICT DO NOTHING; INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data) SELECT e.community_id, e.id, (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages WHERE community_id = e.community_id AND endpoint_id = e.id) - 1 + row_number() OVER (PARTITION BY e.id ORDER BY change.value ->> 'position'), 'session.started', json_object('id', s.id, 'account_id', s.account_id, 'server_id', s.server_id, 'started_at', s.started_at, 'last_seen_at', s.last_seen_at, 'ended_at', NULL, 'close_kind', NULL, 'clear_reason', NULL, 'metadata', s.metadata || '', 'continues_id', s.continues_id, 'name', (SELECT name FROM accounts WHERE community_id = s.community_id AND id = s.account_id)) FROM webhook_endpoints AS e INDEXED BY webhook_endpoints_by_community CROSS JOIN json_each(NEW.changes) AS change CROSS JOIN sessions AS s INDEXED BY sessions_open WHERE NEW.is_heard AND e.community_id = NEW.community_id AND e.disabled_at IS NULL AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'session.started' GLOB value) AND change.value ->> 'outcome' IN ('started', 'resumed', 'restarted', 'changed') AND s.community_id = NEW.community_id AND s.server_id = NEW.server_id AND s.account_id = change.value ->> 'account_id' AND s.ended_at IS NULL AND s.id = NEW.id_prefix || printf('%012x', NEW.id_number + (change.value ->> 'position')); END;
--> statement-breakpoint
CREATE TRIGGER session_sightings_kept INSTEAD OF INSERT ON session_sightings WHEN NEW.kept <> '[]' BEGIN UPDATE sessions SET ended_at = NULL, close_kind = NULL, clear_reason = NULL, last_seen_at = max(last_seen_at, NEW.at), heartbeat_at = coalesce(heartbeat_at, NEW.at), listed_as = coalesce(kept_as, listed_as) FROM ( SELECT value ->> 'account_id' AS kept_account_id, value ->> 'started_at' AS kept_started_at, value ->> 'id' AS kept_id, value ->> 'listed_as' AS kept_as FROM json_each(NEW.kept) LIMIT -1) WHERE community_id = NEW.community_id AND account_id = +kept_account_id AND started_at = +kept_started_at AND id = +kept_id AND ended_at IS NOT NULL; END;
--> statement-breakpoint
CREATE TRIGGER session_sightings_period INSTEAD OF INSERT ON session_sightings WHEN (NEW.changes <> '[]' OR NEW.kept <> '[]') AND EXISTS ( SELECT 1 FROM periods AS p INDEXED BY periods_closed WHERE p.community_id = NEW.community_id AND p.reopened_at IS NULL AND p.to_at > NEW.at AND p.from_at <= NEW.at) AND (NEW.kept <> '[]' OR EXISTS ( SELECT 1 FROM json_each(NEW.changes) WHERE value ->> 'outcome' IN ('started', 'resumed', 'restarted', 'changed'))) BEGIN SELECT RAISE(ABORT, 'period_closed'); END;
--> statement-breakpoint
CREATE TRIGGER session_sightings_seen INSTEAD OF INSERT ON session_sightings WHEN NEW.seen <> '[]' BEGIN INSERT INTO sessions (community_id, account_id, server_id, started_at, id, last_seen_at, silent_since, listed_as, metadata) SELECT NEW.community_id, value ->> 'account_id', NEW.server_id, value ->> 'started_at', value ->> 'id', NEW.at, value ->> 'silent_since', value ->> 'listed_as', coalesce(value ->> 'told', '{}') FROM json_each(NEW.seen) WHERE true ON CONFLICT (community_id, server_id, account_id) WHERE ended_at IS NULL DO UPDATE SET silent_since = coalesce(excluded.silent_since, silent_since), resumed_at = iif(excluded.silent_since IS NULL, resumed_at, NEW.at), last_seen_at = max(last_seen_at, NEW.at), heartbeat_at = coalesce(heartbeat_at, NEW.at), listed_as = coalesce(excluded.listed_as, listed_as), metadata = iif(excluded.metadata = '{}', metadata, json_patch(metadata, excluded.metadata)); END;
--> statement-breakpoint
CREATE TRIGGER sessions_reset_event AFTER UPDATE OF ended_at ON sessions WHEN OLD.ended_at IS NULL AND NEW.close_kind IS 'server_reset' AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id) BEGIN INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data) SELECT e.community_id, e.id, (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages WHERE community_id = e.community_id AND endpoint_id = e.id), 'server.reset', json_object('server_id', NEW.server_id, 'count', 0, 'sessions', json('[]')) FROM webhook_endpoints AS e WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE 'server.reset' GLOB value) AND NOT EXISTS (SELECT 1 FROM webhook_messages AS m WHERE m.status = 'new' AND m.endpoint_id = e.id AND m.type = 'server.reset' AND m.data ->> 'server_id' = NEW.server_id); UPDATE webhook_messages SET data = iif(data ->> 'count' >= 50, json_set(data, '$.count', (data ->> 'count') + 1), json_set(data, '$.count', (data ->> 'count') + 1, '$.sessions[#]', json_object('id', NEW.id, 'account_id', NEW.account_id, 'server_id', NEW.server_id, 'started_at', NEW.started_at, 'last_seen_at', NEW.last_seen_at, 'ended_at', NEW.ended_at, 'close_kind', NEW.close_kind, 'clear_reason', NEW.clear_reason, 'metadata', NEW.metadata || '', 'continues_id', NEW.continues_id, 'name', (SELECT name FROM accounts WHERE community_id = NEW.community_id AND id = NEW.account_id)))) WHERE status = 'new' AND community_id = NEW.community_id AND type = 'server.reset' AND data ->> 'server_id' = NEW.server_id; END;
--> statement-breakpoint
CREATE TRIGGER sessions_update_event AFTER UPDATE OF started_at, ended_at, close_kind, clear_reason, voided_at, stale_at ON sessions WHEN (OLD.started_at <> NEW.started_at OR OLD.ended_at IS NOT NEW.ended_at OR OLD.close_kind IS NOT NEW.close_kind OR OLD.clear_reason IS NOT NEW.clear_reason OR OLD.voided_at IS NOT NEW.voided_at OR OLD.stale_at IS NOT NEW.stale_at) AND NOT (OLD.ended_at IS NULL AND NEW.close_kind IS 'server_reset') AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE community_id = NEW.community_id) BEGIN INSERT INTO webhook_messages (community_id, endpoint_id, seq, type, data) SELECT e.community_id, e.id, (SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages WHERE community_id = e.community_id AND endpoint_id = e.id), event.type, json_object('id', NEW.id, 'account_id', NEW.account_id, 'server_id', NEW.server_id, 'started_at', NEW.started_at, 'last_seen_at', NEW.last_seen_at, 'ended_at', NEW.ended_at, 'close_kind', NEW.close_kind, 'clear_reason', NEW.clear_reason, 'metadata', NEW.metadata || '', 'continues_id', NEW.continues_id, 'name', (SELECT name FROM accounts WHERE community_id = NEW.community_id AND id = NEW.account_id)) FROM webhook_endpoints AS e CROSS JOIN ( SELECT iif(OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL, 'session.' || NEW.close_kind, iif(NEW.ended_at IS NULL AND OLD.stale_at IS NOT NEW.stale_at, 'session.stale', iif(OLD.close_kind = 'auto_closed' AND NEW.close_kind = 'stopped', 'session.stopped', 'session.corrected'))) AS type) AS event WHERE e.community_id = NEW.community_id AND e.disabled_at IS NULL AND EXISTS (SELECT 1 FROM json_each(e.events) WHERE event.type GLOB value); END;
--> statement-breakpoint
CREATE TRIGGER sessions_update_period BEFORE UPDATE OF started_at, ended_at, account_id, voided_at, close_kind ON sessions WHEN ( ((OLD.voided_at IS NULL AND OLD.close_kind IS NOT 'cleared') <> (NEW.voided_at IS NULL AND NEW.close_kind IS NOT 'cleared') OR (OLD.account_id <> NEW.account_id AND OLD.voided_at IS NULL AND OLD.close_kind IS NOT 'cleared')) AND EXISTS ( SELECT 1 FROM periods AS p INDEXED BY periods_closed WHERE p.community_id = NEW.community_id AND p.reopened_at IS NULL AND p.to_at > min(OLD.started_at, NEW.started_at) AND p.from_at < max(coalesce(OLD.ended_at, OLD.last_seen_at), coalesce(NEW.ended_at, NEW.last_seen_at), OLD.started_at + 1) AND p.unlocked_for IS NOT OLD.account_id AND p.unlocked_for IS NOT '*')) OR ( OLD.started_at <> NEW.started_at AND NEW.voided_at IS NULL AND NEW.close_kind IS NOT 'cleared' AND EXISTS ( SELECT 1 FROM periods AS p INDEXED BY periods_closed WHERE p.community_id = NEW.community_id AND p.reopened_at IS NULL AND p.to_at > min(OLD.started_at, NEW.started_at) AND p.from_at < max(OLD.started_at, NEW.started_at) AND p.unlocked_for IS NOT OLD.account_id AND p.unlocked_for IS NOT '*')) OR ( coalesce(OLD.ended_at, OLD.last_seen_at) <> coalesce(NEW.ended_at, NEW.last_seen_at) AND NEW.voided_at IS NULL AND NEW.close_kind IS NOT 'cleared' AND NOT ((OLD.ended_at IS NULL OR NEW.ended_at IS NULL) AND coalesce(NEW.ended_at, NEW.last_seen_at) >= coalesce(OLD.ended_at, OLD.last_seen_at)) AND EXISTS ( SELECT 1 FROM periods AS p INDEXED BY periods_closed WHERE p.community_id = NEW.community_id AND p.reopened_at IS NULL AND p.to_at > min(coalesce(OLD.ended_at, OLD.last_seen_at), coalesce(NEW.ended_at, NEW.last_seen_at)) AND p.from_at < max(coalesce(OLD.ended_at, OLD.last_seen_at), coalesce(NEW.ended_at, NEW.last_seen_at)) AND p.unlocked_for IS NOT OLD.account_id AND p.unlocked_for IS NOT '*')) BEGIN SELECT RAISE(ABORT, 'period_closed'); END;
