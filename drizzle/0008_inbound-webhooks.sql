CREATE TABLE `inbound_webhook_calls` (
	`community_id` text NOT NULL,
	`webhook_id` text NOT NULL,
	`slot` integer NOT NULL,
	`number` integer NOT NULL,
	`received_at` integer NOT NULL,
	`outcome` text NOT NULL,
	`message_id` text,
	`body_bytes` integer NOT NULL,
	`refusal` text,
	PRIMARY KEY(`community_id`, `webhook_id`, `slot`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `inbound_webhook_messages` (
	`community_id` text NOT NULL,
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
	`community_id` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`verification` text NOT NULL,
	`secret` text NOT NULL,
	`mapping` text,
	`created_at` integer NOT NULL,
	`call_count` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `inbound_webhooks_by_community` ON `inbound_webhooks` (`community_id`,`id`);