CREATE TABLE `account_activities` (
	`community_id` text NOT NULL,
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
	`community_id` text NOT NULL,
	`category` text NOT NULL,
	`day` integer NOT NULL,
	`id` text NOT NULL,
	`count` integer NOT NULL,
	`digest` text NOT NULL,
	`sealed_by` integer,
	PRIMARY KEY(`community_id`, `category`, `day`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `activity_batches_unsealed` ON `activity_batches` (`community_id`,`id`) WHERE sealed_by IS NULL;--> statement-breakpoint
CREATE TABLE `service_ids` (
	`id` text PRIMARY KEY NOT NULL,
	`community_id` text NOT NULL,
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
DROP INDEX `audit_records_by_time`;--> statement-breakpoint
CREATE INDEX `audit_records_by_time` ON `audit_records` (`community_id`,`occurred_at`,`sequence`) WHERE type <> 'RECORDS_SEALED';--> statement-breakpoint
ALTER TABLE `accounts` ADD `joined_as` text;--> statement-breakpoint
CREATE INDEX `accounts_by_creation` ON `accounts` (`community_id`,`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `communities` ADD `account_activity_retention_days` integer;--> statement-breakpoint
ALTER TABLE `communities` ADD `audit_foot_sequence` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `communities` ADD `audit_foot_hash` text DEFAULT '' NOT NULL;