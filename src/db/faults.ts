/**
 * What D1 says when it is D1 that fails, by its documented texts ("Debug D1", "List of D1_ERRORs"). None of these is a
 * defect of ours: a caller is asked to come back.
 */

/** Why the database did not answer, and whether the batch may have been carried out all the same. */
export interface DatabaseFault {
  readonly kind: /** A connection or an object was lost: the next try will most likely do. */
    | 'lost'
    /** The database has too much to do: who tries again at once makes it worse. */
    | 'overloaded'
    /** The plan's rows of today are used up: there are new ones at midnight UTC. */
    | 'quota'
    /** It is full. */
    | 'full'
    /** The schema is older or newer than this Worker: a deployment is under way. */
    | 'deploying';
  /** Whether nothing can have been written. */
  readonly isUntouched: boolean;
}

const FAULTS: readonly (readonly [RegExp, DatabaseFault])[] = [
  [/Network connection lost/, { kind: 'lost', isUntouched: false }],
  [/reset because its code was updated/, { kind: 'lost', isUntouched: false }],
  [/starting up D1 DB storage caused object to be reset/, { kind: 'lost', isUntouched: true }],
  [/exceeded timeout which caused object to be reset/, { kind: 'overloaded', isUntouched: false }],
  [/storage caused object to be reset/, { kind: 'lost', isUntouched: false }],
  [/Cannot resolve D1 DB due to transient issue/, { kind: 'lost', isUntouched: true }],
  [/Can't read from request stream because client disconnected/, { kind: 'lost', isUntouched: false }],
  [/D1 DB is overloaded/, { kind: 'overloaded', isUntouched: true }],
  [/exceeded its memory limit and was reset/, { kind: 'overloaded', isUntouched: false }],
  [/exceeded its CPU time limit and was reset/, { kind: 'overloaded', isUntouched: false }],
  [/free tier daily row (?:read|write) limit/, { kind: 'quota', isUntouched: true }],
  [
    /Exceeded maximum (?:DB size|account storage)|database or disk is full/,
    { kind: 'full', isUntouched: true },
  ],
  [/no such (?:table|column)|has no column named/, { kind: 'deploying', isUntouched: true }],
];

/** The fault of the database behind an error; undefined where it is none, and so a defect or a refusal of ours. */
export const databaseFaultOf = (error: unknown): DatabaseFault | undefined => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { message } = cause;
    const found = FAULTS.find(([text]) => text.test(message));
    if (found) return found[1];
  }
  return undefined;
};

const DAY_MS = 86_400_000;

/** When it is worth to try again, in whole seconds from `now` (epoch milliseconds). */
export const retryAfterSeconds = ({ kind }: DatabaseFault, now: number): number => {
  switch (kind) {
    case 'lost':
      return 1;
    case 'overloaded':
      return 5;
    case 'quota':
      return Math.max(1, Math.ceil((DAY_MS - (now % DAY_MS)) / 1000));
    case 'full':
      return 3600;
    case 'deploying':
      return 10;
    default:
      return kind satisfies never;
  }
};
