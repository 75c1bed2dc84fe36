-- account_names follows accounts.names, whichever statement writes it.
CREATE TRIGGER accounts_insert_names AFTER INSERT ON accounts WHEN NEW.names <> '[]'
BEGIN
  INSERT INTO account_names (community_id, name_key, is_former, account_id, name)
  SELECT NEW.community_id, value ->> 0, key > 0, NEW.id, value ->> 1 FROM json_each(NEW.names) WHERE true
  ON CONFLICT DO NOTHING;
END;
