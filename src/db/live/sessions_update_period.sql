-- A closed period keeps its seconds: a change that would alter one fails with its whole batch.
-- First: a session counts in another way, or for somebody else. Then: it begins, or ends, at another time; but what is
-- open may go on, or end where it was last seen or later, since it counts in the period as far as it did when that was closed
-- (period_open_sessions). Where a community has no closed period that reaches so far, a change costs no row read. Inserts
-- are checked where a call tells a time (late/call-queries.ts): an INSERT trigger would cost each start a row.
CREATE TRIGGER sessions_update_period
BEFORE UPDATE OF started_at, ended_at, account_id, voided_at, close_kind ON sessions
WHEN (
    ((OLD.voided_at IS NULL AND OLD.close_kind IS NOT 'cleared') <> (NEW.voided_at IS NULL AND NEW.close_kind IS NOT 'cleared')
      OR (OLD.account_id <> NEW.account_id AND OLD.voided_at IS NULL AND OLD.close_kind IS NOT 'cleared'))
    AND EXISTS (
      SELECT 1 FROM periods AS p INDEXED BY periods_closed
      WHERE p.community_id = NEW.community_id AND p.reopened_at IS NULL AND p.to_at > min(OLD.started_at, NEW.started_at)
        AND p.from_at < max(coalesce(OLD.ended_at, OLD.last_seen_at), coalesce(NEW.ended_at, NEW.last_seen_at), OLD.started_at + 1)
        AND p.unlocked_for IS NOT OLD.account_id AND p.unlocked_for IS NOT '*'))
  OR (
    OLD.started_at <> NEW.started_at AND NEW.voided_at IS NULL AND NEW.close_kind IS NOT 'cleared'
    AND EXISTS (
      SELECT 1 FROM periods AS p INDEXED BY periods_closed
      WHERE p.community_id = NEW.community_id AND p.reopened_at IS NULL AND p.to_at > min(OLD.started_at, NEW.started_at)
        AND p.from_at < max(OLD.started_at, NEW.started_at)
        AND p.unlocked_for IS NOT OLD.account_id AND p.unlocked_for IS NOT '*'))
  OR (
    coalesce(OLD.ended_at, OLD.last_seen_at) <> coalesce(NEW.ended_at, NEW.last_seen_at)
    AND NEW.voided_at IS NULL AND NEW.close_kind IS NOT 'cleared'
    AND NOT ((OLD.ended_at IS NULL OR NEW.ended_at IS NULL)
      AND coalesce(NEW.ended_at, NEW.last_seen_at) >= coalesce(OLD.ended_at, OLD.last_seen_at))
    AND EXISTS (
      SELECT 1 FROM periods AS p INDEXED BY periods_closed
      WHERE p.community_id = NEW.community_id AND p.reopened_at IS NULL
        AND p.to_at > min(coalesce(OLD.ended_at, OLD.last_seen_at), coalesce(NEW.ended_at, NEW.last_seen_at))
        AND p.from_at < max(coalesce(OLD.ended_at, OLD.last_seen_at), coalesce(NEW.ended_at, NEW.last_seen_at))
        AND p.unlocked_for IS NOT OLD.account_id AND p.unlocked_for IS NOT '*'))
BEGIN
  SELECT RAISE(ABORT, 'period_closed');
END;
