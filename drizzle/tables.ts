// Made by `npm run db:baseline`.
export const TABLES = {
  "account_activities": {
    "key": [
      "community_id",
      "category",
      "occurred_at",
      "id"
    ],
    "columns": {
      "community_id": {},
      "category": {
        "type": "text"
      },
      "occurred_at": {},
      "id": {
        "type": "text"
      },
      "event_id": {
        "type": "text",
        "isNullable": true
      },
      "record": {
        "type": "text"
      }
    }
  },
  "account_identifiers": {
    "key": [
      "community_id",
      "kind",
      "value"
    ],
    "columns": {
      "community_id": {},
      "kind": {
        "type": "text"
      },
      "value": {
        "type": "text"
      },
      "account_id": {
        "type": "text"
      },
      "created_at": {
        "hasDefault": true,
        "fallback": 0
      }
    }
  },
  "account_names": {
    "key": [
      "community_id",
      "name_key",
      "is_former",
      "account_id",
      "name"
    ],
    "columns": {
      "community_id": {},
      "name_key": {
        "type": "text"
      },
      "is_former": {
        "type": "boolean"
      },
      "account_id": {
        "type": "text"
      },
      "name": {
        "type": "text"
      }
    }
  },
  "accounts": {
    "key": [
      "community_id",
      "id"
    ],
    "columns": {
      "community_id": {},
      "id": {
        "type": "text"
      },
      "created_at": {},
      "joined_as": {
        "type": "text",
        "isNullable": true
      },
      "name": {
        "type": "text",
        "isNullable": true
      },
      "names": {
        "type": "text",
        "hasDefault": true,
        "fallback": "[]"
      }
    }
  },
  "activity_batches": {
    "key": [
      "community_id",
      "category",
      "day",
      "id"
    ],
    "columns": {
      "community_id": {},
      "category": {
        "type": "text"
      },
      "day": {},
      "id": {
        "type": "text"
      },
      "count": {},
      "digest": {
        "type": "text"
      },
      "sealed_as": {
        "type": "text",
        "isNullable": true
      },
      "sealed_by": {
        "isNullable": true
      }
    }
  },
  "activity_calls": {
    "key": [
      "community_id",
      "event_id"
    ],
    "columns": {
      "community_id": {},
      "event_id": {
        "type": "text"
      },
      "id": {
        "type": "text"
      },
      "server_id": {},
      "account_id": {
        "type": "text"
      },
      "action": {
        "type": "text",
        "values": [
          "toggle",
          "start",
          "stop",
          "clear",
          "clear-and-start",
          "reset",
          "seen",
          "listed",
          "gone"
        ]
      },
      "occurred_at": {},
      "received_at": {},
      "metadata": {
        "type": "text",
        "isNullable": true
      },
      "clear_reason": {
        "type": "text",
        "isNullable": true
      },
      "is_late": {
        "type": "boolean"
      },
      "answer": {
        "type": "text",
        "isNullable": true
      },
      "settled_by": {
        "type": "text",
        "isNullable": true
      },
      "purge_at": {
        "isNullable": true,
        "isGenerated": true
      }
    }
  },
  "api_keys": {
    "key": [
      "id"
    ],
    "columns": {
      "id": {
        "type": "text"
      },
      "community_id": {},
      "name": {
        "type": "text"
      },
      "hash": {
        "type": "text"
      },
      "scopes": {
        "type": "text"
      },
      "created_at": {},
      "last_used_at": {
        "isNullable": true
      },
      "expires_at": {
        "isNullable": true
      },
      "late_seconds": {
        "isNullable": true
      },
      "revoked_at": {
        "isNullable": true
      }
    }
  },
  "audit_records": {
    "key": [
      "community_id",
      "sequence",
      "id"
    ],
    "columns": {
      "community_id": {},
      "sequence": {},
      "id": {
        "type": "text"
      },
      "occurred_at": {},
      "type": {
        "type": "text"
      },
      "user": {
        "type": "text"
      },
      "message": {
        "type": "text"
      },
      "properties": {
        "type": "text"
      },
      "hash": {
        "type": "text"
      }
    }
  },
  "carried_audit_records": {
    "key": [
      "community_id",
      "origin",
      "sequence",
      "id"
    ],
    "columns": {
      "community_id": {},
      "origin": {
        "type": "text"
      },
      "sequence": {},
      "id": {
        "type": "text"
      },
      "occurred_at": {},
      "type": {
        "type": "text"
      },
      "user": {
        "type": "text"
      },
      "message": {
        "type": "text"
      },
      "properties": {
        "type": "text"
      },
      "previous_hash": {
        "type": "text"
      },
      "hash": {
        "type": "text"
      }
    }
  },
  "communities": {
    "key": [
      "id"
    ],
    "columns": {
      "id": {
        "hasDefault": true
      },
      "public_id": {
        "type": "text"
      },
      "name": {
        "type": "text"
      },
      "created_at": {},
      "deleted_at": {
        "isNullable": true
      },
      "auto_create_accounts": {
        "type": "boolean",
        "hasDefault": true,
        "fallback": 1
      },
      "idle_timeout_seconds": {
        "hasDefault": true,
        "fallback": 43200
      },
      "heartbeat_timeout_seconds": {
        "hasDefault": true,
        "fallback": 600
      },
      "heartbeat_step_seconds": {
        "hasDefault": true,
        "fallback": 30
      },
      "max_session_seconds": {
        "hasDefault": true,
        "fallback": 86400
      },
      "reset_grace_seconds": {
        "hasDefault": true,
        "fallback": 3600
      },
      "unconfirmed_end": {
        "type": "text",
        "hasDefault": true,
        "fallback": "last-seen",
        "values": [
          "last-seen",
          "close-time"
        ]
      },
      "timezone": {
        "type": "text",
        "hasDefault": true,
        "fallback": "UTC"
      },
      "week_start": {
        "type": "text",
        "hasDefault": true,
        "fallback": "monday",
        "values": [
          "monday",
          "saturday",
          "sunday"
        ]
      },
      "session_retention_days": {
        "isNullable": true
      },
      "log_retention_days": {
        "isNullable": true
      },
      "account_activity_retention_days": {
        "isNullable": true
      },
      "sessions_due_at": {
        "isNullable": true
      },
      "log_due_at": {
        "isNullable": true
      },
      "account_activity_due_at": {
        "isNullable": true
      },
      "empty_report_status": {
        "hasDefault": true,
        "fallback": 404
      },
      "quotas": {
        "type": "text",
        "hasDefault": true,
        "fallback": "{}"
      },
      "has_webhooks": {
        "type": "boolean",
        "hasDefault": true,
        "fallback": 0
      },
      "audit_sequence": {
        "hasDefault": true,
        "fallback": 0
      },
      "audit_hash": {
        "type": "text",
        "hasDefault": true,
        "fallback": ""
      },
      "audit_foot_sequence": {
        "hasDefault": true,
        "fallback": 0
      },
      "audit_foot_hash": {
        "type": "text",
        "hasDefault": true,
        "fallback": ""
      },
      "activity_removed_before": {
        "isNullable": true
      }
    }
  },
  "idempotency_keys": {
    "key": [
      "community_id",
      "key_hash"
    ],
    "columns": {
      "community_id": {},
      "key_hash": {
        "type": "text"
      },
      "fingerprint": {
        "type": "text"
      },
      "created_at": {},
      "answer": {
        "type": "text",
        "isNullable": true
      }
    }
  },
  "identifier_conflicts": {
    "key": [
      "community_id",
      "account_id",
      "kind",
      "value"
    ],
    "columns": {
      "community_id": {},
      "account_id": {
        "type": "text"
      },
      "kind": {
        "type": "text"
      },
      "value": {
        "type": "text"
      },
      "seen_at": {}
    }
  },
  "inbound_webhook_calls": {
    "key": [
      "community_id",
      "webhook_id",
      "slot"
    ],
    "columns": {
      "community_id": {},
      "webhook_id": {
        "type": "text"
      },
      "slot": {},
      "number": {},
      "received_at": {},
      "outcome": {
        "type": "text",
        "values": [
          "recorded",
          "replayed",
          "ignored",
          "refused"
        ]
      },
      "message_id": {
        "type": "text",
        "isNullable": true
      },
      "body_bytes": {},
      "refusal": {
        "type": "text",
        "isNullable": true
      },
      "kept": {
        "type": "text",
        "isNullable": true
      }
    }
  },
  "inbound_webhook_messages": {
    "key": [
      "community_id",
      "webhook_id",
      "message_id"
    ],
    "columns": {
      "community_id": {},
      "webhook_id": {
        "type": "text"
      },
      "message_id": {
        "type": "text"
      },
      "received_at": {},
      "target": {
        "type": "text",
        "isNullable": true
      },
      "answer": {
        "type": "text"
      }
    }
  },
  "inbound_webhooks": {
    "key": [
      "id"
    ],
    "columns": {
      "id": {
        "type": "text"
      },
      "community_id": {},
      "name": {
        "type": "text"
      },
      "kind": {
        "type": "text",
        "values": [
          "tracker",
          "activity-log",
          "account-activity"
        ]
      },
      "sender": {
        "type": "text"
      },
      "verification": {
        "type": "text",
        "isNullable": true
      },
      "secret": {
        "type": "text"
      },
      "previous_secret": {
        "type": "text",
        "isNullable": true
      },
      "previous_secret_expires_at": {
        "isNullable": true
      },
      "mapping": {
        "type": "text",
        "isNullable": true
      },
      "repeat_seconds": {},
      "keep_bodies": {
        "type": "boolean",
        "hasDefault": true,
        "fallback": 0
      },
      "created_at": {},
      "call_count": {
        "hasDefault": true,
        "fallback": 0
      }
    }
  },
  "job_runs": {
    "key": [
      "cron"
    ],
    "columns": {
      "cron": {
        "type": "text"
      },
      "scheduled_at": {},
      "ran_at": {},
      "failed_jobs": {
        "type": "json"
      }
    }
  },
  "log_counters": {
    "key": [
      "community_id",
      "action_type",
      "platform"
    ],
    "columns": {
      "community_id": {},
      "action_type": {
        "type": "text"
      },
      "platform": {
        "type": "text"
      },
      "count": {},
      "day": {
        "hasDefault": true,
        "fallback": 0
      },
      "added": {
        "hasDefault": true,
        "fallback": 0
      }
    }
  },
  "log_entries": {
    "key": [
      "community_id",
      "generation",
      "id"
    ],
    "columns": {
      "community_id": {},
      "generation": {},
      "id": {},
      "platform": {
        "type": "text"
      },
      "serial": {
        "type": "text"
      },
      "action_type": {
        "type": "text"
      },
      "action_detail": {
        "type": "text",
        "isNullable": true
      },
      "username": {
        "type": "text",
        "isNullable": true
      },
      "event_id": {
        "type": "text",
        "isNullable": true
      }
    }
  },
  "log_id_floors": {
    "key": [
      "community_id",
      "span"
    ],
    "columns": {
      "community_id": {},
      "span": {},
      "floor": {}
    }
  },
  "log_wipes": {
    "key": [
      "community_id",
      "generation"
    ],
    "columns": {
      "community_id": {},
      "generation": {},
      "wiped_at": {},
      "purged_at": {
        "isNullable": true
      }
    }
  },
  "period_open_sessions": {
    "key": [
      "community_id",
      "period_id",
      "session_id"
    ],
    "columns": {
      "community_id": {},
      "period_id": {
        "type": "text"
      },
      "session_id": {
        "type": "text"
      },
      "account_id": {
        "type": "text"
      },
      "started_at": {},
      "counted_until": {}
    }
  },
  "period_questions": {
    "key": [
      "community_id",
      "id"
    ],
    "columns": {
      "community_id": {},
      "id": {
        "type": "text"
      },
      "created_at": {},
      "event_id": {
        "type": "text"
      },
      "period_id": {
        "type": "text"
      },
      "server_id": {},
      "account_id": {
        "type": "text",
        "isNullable": true
      },
      "occurred_at": {},
      "call": {
        "type": "text"
      },
      "decision": {
        "type": "text",
        "isNullable": true,
        "values": [
          "accepted",
          "dismissed"
        ]
      },
      "decided_at": {
        "isNullable": true
      },
      "decided_by": {
        "type": "text",
        "isNullable": true
      }
    }
  },
  "period_totals": {
    "key": [
      "community_id",
      "period_id",
      "account_id"
    ],
    "columns": {
      "community_id": {},
      "period_id": {
        "type": "text"
      },
      "account_id": {
        "type": "text"
      },
      "ms": {},
      "confirmed_ms": {},
      "watched_ms": {},
      "sessions": {}
    }
  },
  "periods": {
    "key": [
      "community_id",
      "id"
    ],
    "columns": {
      "community_id": {},
      "id": {
        "type": "text"
      },
      "from_at": {},
      "to_at": {},
      "note": {
        "type": "text",
        "isNullable": true
      },
      "closed_at": {},
      "closed_by": {
        "type": "text"
      },
      "hash": {
        "type": "text"
      },
      "sealed_as": {
        "type": "text",
        "isNullable": true
      },
      "heartbeat_timeout_ms": {},
      "accounts": {},
      "total_ms": {},
      "reopened_at": {
        "isNullable": true
      },
      "reopened_by": {
        "type": "text",
        "isNullable": true
      },
      "unlocked_for": {
        "type": "text",
        "isNullable": true
      }
    }
  },
  "servers": {
    "key": [
      "community_id",
      "server_id"
    ],
    "columns": {
      "community_id": {},
      "server_id": {},
      "name": {
        "type": "text",
        "isNullable": true
      },
      "description": {
        "type": "text",
        "isNullable": true
      },
      "roster_observed_at": {
        "isNullable": true
      },
      "roster_seen_at": {
        "isNullable": true
      },
      "roster_silent_since": {
        "isNullable": true
      },
      "roster_resumed_at": {
        "isNullable": true
      },
      "roster_unnamed": {
        "hasDefault": true,
        "fallback": 0
      },
      "roster_incomplete_since": {
        "isNullable": true
      },
      "reset_at": {
        "isNullable": true
      },
      "alive_since": {
        "isNullable": true
      },
      "alive_until": {
        "isNullable": true
      },
      "alive_before": {
        "type": "text",
        "hasDefault": true,
        "fallback": "[]"
      },
      "roster_steps": {
        "type": "text",
        "hasDefault": true,
        "fallback": ""
      }
    }
  },
  "service_ids": {
    "key": [
      "id"
    ],
    "columns": {
      "id": {
        "type": "text"
      },
      "community_id": {},
      "name": {
        "type": "text"
      },
      "category": {
        "type": "text",
        "values": [
          "artifact-authoring",
          "artifact-reporting",
          "account-activity-reporting",
          "user-management",
          "work-management"
        ]
      },
      "client_id": {
        "type": "text"
      },
      "secret_hash": {
        "type": "text"
      },
      "previous_secret_hash": {
        "type": "text",
        "isNullable": true
      },
      "previous_secret_expires_at": {
        "isNullable": true
      },
      "created_at": {},
      "rotated_at": {
        "isNullable": true
      },
      "deleted_at": {
        "isNullable": true
      }
    }
  },
  "session_revisions": {
    "key": [
      "community_id",
      "session_id",
      "id"
    ],
    "columns": {
      "community_id": {},
      "session_id": {
        "type": "text"
      },
      "id": {
        "type": "text"
      },
      "created_at": {},
      "action": {
        "type": "text",
        "values": [
          "corrected",
          "voided",
          "joined"
        ]
      },
      "actor_kind": {
        "type": "text"
      },
      "actor_id": {
        "type": "text"
      },
      "actor_name": {
        "type": "text"
      },
      "reason": {
        "type": "text"
      },
      "before": {
        "type": "text"
      },
      "after": {
        "type": "text"
      }
    }
  },
  "sessions": {
    "key": [
      "community_id",
      "account_id",
      "started_at",
      "id"
    ],
    "columns": {
      "community_id": {},
      "started_at": {},
      "id": {
        "type": "text"
      },
      "server_id": {},
      "account_id": {
        "type": "text"
      },
      "last_seen_at": {},
      "heartbeat_at": {
        "isNullable": true
      },
      "stale_at": {
        "isNullable": true
      },
      "continues_id": {
        "type": "text",
        "isNullable": true
      },
      "silent_since": {
        "isNullable": true
      },
      "resumed_at": {
        "isNullable": true
      },
      "listed_as": {
        "isNullable": true
      },
      "is_start_observed": {
        "type": "boolean",
        "hasDefault": true,
        "fallback": 0
      },
      "ended_at": {
        "isNullable": true
      },
      "gone_at": {
        "isNullable": true
      },
      "close_kind": {
        "type": "text",
        "isNullable": true,
        "values": [
          "stopped",
          "cleared",
          "superseded",
          "server_reset",
          "auto_closed"
        ]
      },
      "clear_reason": {
        "type": "text",
        "isNullable": true
      },
      "metadata": {
        "type": "text",
        "hasDefault": true,
        "fallback": "{}"
      },
      "voided_at": {
        "isNullable": true
      },
      "is_moved": {
        "type": "boolean",
        "hasDefault": true,
        "fallback": 0
      },
      "origin": {
        "type": "text",
        "isNullable": true,
        "values": [
          "import"
        ]
      },
      "import_id": {
        "type": "text",
        "isNullable": true
      },
      "reach_ms": {
        "isNullable": true,
        "isGenerated": true
      }
    }
  },
  "webhook_endpoints": {
    "key": [
      "id"
    ],
    "columns": {
      "id": {
        "type": "text"
      },
      "community_id": {},
      "url": {
        "type": "text"
      },
      "format": {
        "type": "text",
        "values": [
          "standard",
          "discord",
          "slack"
        ]
      },
      "events": {
        "type": "text"
      },
      "description": {
        "type": "text",
        "isNullable": true
      },
      "digest_seconds": {
        "isNullable": true
      },
      "secret": {
        "type": "text"
      },
      "previous_secret": {
        "type": "text",
        "isNullable": true
      },
      "previous_secret_expires_at": {
        "isNullable": true
      },
      "created_at": {},
      "disabled_at": {
        "isNullable": true
      },
      "disabled_reason": {
        "type": "text",
        "isNullable": true,
        "values": [
          "requested",
          "gone",
          "failing"
        ]
      },
      "failing_since": {
        "isNullable": true
      },
      "last_attempt_at": {
        "isNullable": true
      },
      "blocked_until": {
        "hasDefault": true,
        "fallback": 0
      },
      "is_throttled": {
        "type": "boolean",
        "hasDefault": true,
        "fallback": 0
      },
      "leased_until": {
        "hasDefault": true,
        "fallback": 0
      },
      "lease_id": {
        "type": "text",
        "isNullable": true
      }
    }
  },
  "webhook_messages": {
    "key": [
      "community_id",
      "endpoint_id",
      "seq"
    ],
    "columns": {
      "community_id": {},
      "endpoint_id": {
        "type": "text"
      },
      "seq": {},
      "type": {
        "type": "text"
      },
      "created_at": {
        "hasDefault": true,
        "fallback": 0
      },
      "actor": {
        "type": "text",
        "hasDefault": true,
        "fallback": ""
      },
      "hops": {
        "hasDefault": true,
        "fallback": 0
      },
      "data": {
        "type": "text"
      },
      "status": {
        "type": "text",
        "hasDefault": true,
        "fallback": "new",
        "values": [
          "new",
          "pending",
          "delivered",
          "failed"
        ]
      },
      "attempt_count": {
        "hasDefault": true,
        "fallback": 0
      },
      "due_at": {
        "hasDefault": true,
        "fallback": 0
      },
      "attempts": {
        "type": "text",
        "hasDefault": true,
        "fallback": "[]"
      }
    }
  }
} as const;
