CREATE TABLE `activity_calls` (
	`community_id` text NOT NULL,
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
	PRIMARY KEY(`community_id`, `event_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `activity_calls_by_account` ON `activity_calls` (`community_id`,`server_id`,`account_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `activity_calls_by_age` ON `activity_calls` (`received_at`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `silent_since` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `resumed_at` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `is_start_observed` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `is_end_observed` integer DEFAULT false NOT NULL;