CREATE TRIGGER accounts_update_names AFTER UPDATE OF names ON accounts WHEN OLD.names <> NEW.names
BEGIN
  DELETE FROM account_names WHERE (community_id, name_key, is_former, account_id, name) IN (
    SELECT NEW.community_id, value ->> 0, key > 0, NEW.id, value ->> 1 FROM json_each(OLD.names)
    EXCEPT SELECT NEW.community_id, value ->> 0, key > 0, NEW.id, value ->> 1 FROM json_each(NEW.names));
  INSERT INTO account_names (community_id, name_key, is_former, account_id, name)
  SELECT NEW.community_id, value ->> 0, key > 0, NEW.id, value ->> 1 FROM json_each(NEW.names) WHERE true
  ON CONFLICT DO NOTHING;
END;
