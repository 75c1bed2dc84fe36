CREATE TABLE `servers` (
	`community_id` text NOT NULL,
	`server_id` integer NOT NULL,
	`roster_observed_at` integer,
	`roster_seen_at` integer,
	`reset_at` integer,
	PRIMARY KEY(`community_id`, `server_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `session_revisions` (
	`community_id` text NOT NULL,
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
ALTER TABLE `communities` ADD `session_retention_days` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `voided_at` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `is_moved` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `sessions_auto_closed` ON `sessions` (`community_id`,`server_id`,`started_at`) WHERE close_kind = 'auto_closed';--> statement-breakpoint
CREATE INDEX `sessions_moved` ON `sessions` (`community_id`,`id`) WHERE is_moved = 1;