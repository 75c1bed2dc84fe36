/** What clients are told when they ask which edition of the API they talk to: the one that includes everything. */
export const SUB_VERSION = 5;
/** The name that clients know that edition by. */
export const TIER = 'SonoranOne';
