CREATE TABLE `log_counters` (
	`community_id` text NOT NULL,
	`action_type` text NOT NULL,
	`platform` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`community_id`, `action_type`, `platform`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `log_entries` (
	`community_id` text NOT NULL,
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
	`community_id` text NOT NULL,
	`span` integer NOT NULL,
	`floor` integer NOT NULL,
	PRIMARY KEY(`community_id`, `span`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `log_wipes` (
	`community_id` text NOT NULL,
	`generation` integer NOT NULL,
	`wiped_at` integer NOT NULL,
	`purged_at` integer,
	PRIMARY KEY(`community_id`, `generation`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `log_wipes_pending` ON `log_wipes` (`community_id`,`generation`) WHERE purged_at IS NULL;--> statement-breakpoint
ALTER TABLE `communities` ADD `log_retention_days` integer;--> statement-breakpoint
CREATE INDEX `communities_with_retention` ON `communities` (`id`) WHERE log_retention_days IS NOT NULL;