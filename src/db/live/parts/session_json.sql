-- A session as an event tells of it: the columns of SESSION_COLUMNS (src/core/sessions/session.ts), and the account's name.
-- `metadata || ''` makes a plain text of what json_patch has just returned, which json_object would nest as JSON.
json_object('id', NEW.id, 'account_id', NEW.account_id, 'server_id', NEW.server_id,
  'started_at', NEW.started_at, 'last_seen_at', NEW.last_seen_at, 'ended_at', NEW.ended_at,
  'close_kind', NEW.close_kind, 'clear_reason', NEW.clear_reason, 'metadata', NEW.metadata || '',
  'continues_id', NEW.continues_id,
  'name', (SELECT name FROM accounts WHERE community_id = NEW.community_id AND id = NEW.account_id))
