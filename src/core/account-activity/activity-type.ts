/** The categories that come in from outside: everything but what Rollcall itself knows. */
export const INGESTED_TYPES = [
  'PROCESSES_VIEWED',
  'POLICIES_VIEWED',
  'DECISIONS_VIEWED',
  'SPACES_VIEWED',
  'PROCESS_COMMENTS',
  'DECISION_COMMENTS',
  'PROCESSES_CHANGED',
  'POLICIES_CHANGED',
  'DECISIONS_CHANGED',
  'SPACES_CHANGED',
  'PROCESS_SNAPSHOTS',
  'POLICY_SNAPSHOTS',
  'DECISION_SNAPSHOTS',
] as const;

/** A category that comes in from outside. */
export type IngestedType = (typeof INGESTED_TYPES)[number];

/** The categories of records: sessions, new accounts, the audit trail, and those that come in. */
export const LEAF_TYPES = ['LOGINS', 'USERS_JOINED', 'ACCOUNT_CHANGED', ...INGESTED_TYPES] as const;
export type LeafType = (typeof LEAF_TYPES)[number];

const GROUPS = {
  ITEMS_VIEWED: ['PROCESSES_VIEWED', 'POLICIES_VIEWED', 'DECISIONS_VIEWED', 'SPACES_VIEWED'],
  COMMENTS: ['PROCESS_COMMENTS', 'DECISION_COMMENTS'],
  ITEMS_CHANGED: ['PROCESSES_CHANGED', 'POLICIES_CHANGED', 'DECISIONS_CHANGED', 'SPACES_CHANGED'],
  SNAPSHOTS: ['PROCESS_SNAPSHOTS', 'POLICY_SNAPSHOTS', 'DECISION_SNAPSHOTS'],
} as const satisfies Record<string, readonly LeafType[]>;

/** What a report can be asked for: a category, or a group that stands for its members. */
export type ActivityType = LeafType | keyof typeof GROUPS;

/** The twenty names, in the order of the source's documentation. */
export const ACTIVITY_TYPES: readonly ActivityType[] = [
  'LOGINS',
  'PROCESSES_VIEWED',
  'POLICIES_VIEWED',
  'DECISIONS_VIEWED',
  'SPACES_VIEWED',
  'ITEMS_VIEWED',
  'PROCESS_COMMENTS',
  'DECISION_COMMENTS',
  'COMMENTS',
  'USERS_JOINED',
  'PROCESSES_CHANGED',
  'POLICIES_CHANGED',
  'DECISIONS_CHANGED',
  'SPACES_CHANGED',
  'ACCOUNT_CHANGED',
  'ITEMS_CHANGED',
  'PROCESS_SNAPSHOTS',
  'POLICY_SNAPSHOTS',
  'DECISION_SNAPSHOTS',
  'SNAPSHOTS',
];

/** The categories behind the names, each once. */
export const leavesOf = (types: readonly ActivityType[]): LeafType[] => [
  ...new Set(types.flatMap((type): readonly LeafType[] => (isGroup(type) ? GROUPS[type] : [type]))),
];

const isGroup = (type: ActivityType): type is keyof typeof GROUPS => Object.hasOwn(GROUPS, type);
