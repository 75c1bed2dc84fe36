CREATE TABLE `audit_records` (
	`community_id` text NOT NULL,
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
CREATE INDEX `audit_records_by_time` ON `audit_records` (`community_id`,`occurred_at`,`id`);--> statement-breakpoint
ALTER TABLE `communities` ADD `audit_sequence` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `communities` ADD `audit_hash` text DEFAULT '' NOT NULL;