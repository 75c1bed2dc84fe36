ALTER TABLE `sessions` ADD `listed_metadata` text;
