CREATE TRIGGER accounts_delete_names AFTER DELETE ON accounts WHEN OLD.names <> '[]'
BEGIN
  DELETE FROM account_names WHERE (community_id, name_key, is_former, account_id, name) IN (
    SELECT OLD.community_id, value ->> 0, key > 0, OLD.id, value ->> 1 FROM json_each(OLD.names));
END;
