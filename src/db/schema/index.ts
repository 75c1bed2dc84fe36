export { accountIdentifiers } from './account-identifiers.ts';
export { accounts } from './accounts.ts';
export { apiKeys } from './api-keys.ts';
export { auditRecords } from './audit-records.ts';
export { communities } from './communities.ts';
export { sessions } from './sessions.ts';
export { webhookEndpoints } from './webhook-endpoints.ts';
export { webhookMessages } from './webhook-messages.ts';
