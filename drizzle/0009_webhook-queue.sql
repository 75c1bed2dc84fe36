PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_webhook_messages` (
	`community_id` text NOT NULL,
	`endpoint_id` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`created_at` integer DEFAULT 0 NOT NULL,
	`actor` text DEFAULT '' NOT NULL,
	`data` text NOT NULL,
	`status` text DEFAULT 'new' NOT NULL,
	`attempt_count` integer DEFAULT 0 NOT NULL,
	`due_at` integer DEFAULT 0 NOT NULL,
	`attempts` text DEFAULT '[]' NOT NULL,
	PRIMARY KEY(`community_id`, `endpoint_id`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_webhook_messages`("community_id", "endpoint_id", "seq", "type", "created_at", "actor", "data", "status", "attempt_count", "due_at", "attempts") SELECT "community_id", "endpoint_id", "seq", "type", "created_at", "actor", "data", "status", "attempt_count", "due_at", "attempts" FROM `webhook_messages`;--> statement-breakpoint
DROP TABLE `webhook_messages`;--> statement-breakpoint
ALTER TABLE `__new_webhook_messages` RENAME TO `webhook_messages`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `webhook_messages_by_status` ON `webhook_messages` (`status`,`endpoint_id`,`seq`);--> statement-breakpoint
ALTER TABLE `communities` ADD `has_webhooks` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `stale_at` integer;