ALTER TABLE `servers` ADD `roster_silent_since` integer;--> statement-breakpoint
ALTER TABLE `servers` ADD `roster_resumed_at` integer;