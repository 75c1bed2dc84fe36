CREATE TABLE `account_identifiers` (
	`community_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`account_id` text NOT NULL,
	PRIMARY KEY(`community_id`, `kind`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `account_identifiers_by_account` ON `account_identifiers` (`community_id`,`account_id`);--> statement-breakpoint
CREATE TABLE `accounts` (
	`community_id` text NOT NULL,
	`id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`community_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`community_id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	`expires_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_by_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_by_community` ON `api_keys` (`community_id`,`id`);--> statement-breakpoint
CREATE TABLE `communities` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	`auto_create_accounts` integer DEFAULT true NOT NULL,
	`idle_timeout_seconds` integer DEFAULT 43200 NOT NULL,
	`heartbeat_timeout_seconds` integer DEFAULT 600 NOT NULL,
	`max_session_seconds` integer DEFAULT 86400 NOT NULL,
	`unconfirmed_end` text DEFAULT 'last-seen' NOT NULL,
	`timezone` text DEFAULT 'UTC' NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`community_id` text NOT NULL,
	`started_at` integer NOT NULL,
	`id` text NOT NULL,
	`server_id` integer NOT NULL,
	`account_id` text NOT NULL,
	`last_seen_at` integer NOT NULL,
	`has_heartbeat` integer DEFAULT false NOT NULL,
	`ended_at` integer,
	`close_kind` text,
	`clear_reason` text,
	`metadata` text DEFAULT '{}' NOT NULL,
	PRIMARY KEY(`community_id`, `started_at`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_open` ON `sessions` (`community_id`,`server_id`,`account_id`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE INDEX `sessions_by_account` ON `sessions` (`community_id`,`account_id`,`started_at`);