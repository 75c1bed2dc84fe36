-- The next place in the order of endpoint e. The purge always leaves the last one there.
(SELECT coalesce(max(seq), 0) + 1 FROM webhook_messages
  WHERE community_id = e.community_id AND endpoint_id = e.id)
