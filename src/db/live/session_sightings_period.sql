-- A roster of a closed period that would begin a session in it, or take one up again, fails as a whole: it becomes a question.
-- (Who is only seen, or gone, counts in the period as far as when it was closed.) Without such a period, no row is read.
CREATE TRIGGER session_sightings_period INSTEAD OF INSERT ON session_sightings
WHEN (NEW.changes <> '[]' OR NEW.kept <> '[]') AND EXISTS (
  SELECT 1 FROM periods AS p INDEXED BY periods_closed
  WHERE p.community_id = NEW.community_id AND p.reopened_at IS NULL AND p.to_at > NEW.at AND p.from_at <= NEW.at)
AND (NEW.kept <> '[]' OR EXISTS (
  SELECT 1 FROM json_each(NEW.changes) WHERE value ->> 'outcome' IN ('started', 'resumed', 'restarted', 'changed')))
BEGIN
  SELECT RAISE(ABORT, 'period_closed');
END;
