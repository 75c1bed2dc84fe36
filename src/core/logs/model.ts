/** An entry as a sender hands it in, already validated. */
export interface NewLogEntry {
  readonly platform: string;
  readonly serial: string;
  readonly actionType: string;
  readonly actionDetail: string | null;
  readonly username: string | null;
  /** Unix seconds; null for now. */
  readonly timestamp: number | null;
  /** The sender's own id: a second entry with the same one is not stored. */
  readonly eventId: string | null;
}

export interface LogEntry {
  readonly id: number;
  readonly platform: string;
  readonly serial: string;
  readonly actionType: string;
  readonly actionDetail: string | null;
  readonly username: string | null;
  /** Unix seconds. */
  readonly timestamp: number;
}

/** Which entries: all that are given must hold. */
export interface LogFilter {
  readonly platform?: string | undefined;
  readonly serial?: string | undefined;
  /** One of these; at least one. */
  readonly actionTypes?: readonly string[] | undefined;
  readonly username?: string | undefined;
  /** Unix seconds, inclusive. */
  readonly from?: number | undefined;
  /** Unix seconds, inclusive. */
  readonly to?: number | undefined;
}
