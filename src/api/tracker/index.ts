import type { Family } from '../kit/family.ts';
import { problemDialect } from '../kit/problem.ts';
import { changeSettings } from './access/change-settings.ts';
import { createApiKey } from './access/create-api-key.ts';
import { getSettings } from './access/get-settings.ts';
import { listApiKeys } from './access/list-api-keys.ts';
import { revokeApiKey } from './access/revoke-api-key.ts';
import { recordAccountActivities } from './account-activities/record-account-activities.ts';
import { verifyAccountActivities } from './account-activities/verify-account-activities.ts';
import { addIdentifiers } from './accounts/add-identifiers.ts';
import { eraseAccount } from './accounts/erase-account.ts';
import { getAccount } from './accounts/get-account.ts';
import { getAccountByDiscord } from './accounts/get-account-by-discord.ts';
import { listAccounts } from './accounts/list-accounts.ts';
import { listIdentifiers } from './accounts/list-identifiers.ts';
import { mergeAccounts } from './accounts/merge-accounts.ts';
import { removeIdentifier } from './accounts/remove-identifier.ts';
import { searchAccounts } from './accounts/search-accounts.ts';
import { applyRoster } from './activity/apply-roster.ts';
import { correctActivity } from './activity/correct-activity.ts';
import { getActivity } from './activity/get-activity.ts';
import { importActivity } from './activity/import-activity.ts';
import { joinActivity } from './activity/join-activity.ts';
import { listActivity, listServerActivity } from './activity/list-activity.ts';
import { listLatestActivity } from './activity/list-latest-activity.ts';
import { listOnline } from './activity/list-online.ts';
import { listRevisions } from './activity/list-revisions.ts';
import { recordActivity } from './activity/record-activity.ts';
import { recordHeartbeat } from './activity/record-heartbeat.ts';
import { resetServer } from './activity/reset-server.ts';
import { summarizeActivity } from './activity/summarize-activity.ts';
import { voidActivity } from './activity/void-activity.ts';
import { getSubVersion } from './community/get-sub-version.ts';
import { closeConsoleSession } from './console/close-console-session.ts';
import { getConsoleSession } from './console/get-console-session.ts';
import { openConsoleSession } from './console/open-console-session.ts';
import { changeInboundWebhook } from './inbound-webhooks/change-inbound-webhook.ts';
import { createInboundWebhook } from './inbound-webhooks/create-inbound-webhook.ts';
import { deleteInboundWebhook } from './inbound-webhooks/delete-inbound-webhook.ts';
import { listInboundCalls } from './inbound-webhooks/list-inbound-calls.ts';
import { listInboundWebhooks } from './inbound-webhooks/list-inbound-webhooks.ts';
import { resendInboundCall } from './inbound-webhooks/resend-inbound-call.ts';
import { tryInboundWebhook } from './inbound-webhooks/try-inbound-webhook.ts';
import { closePeriod } from './periods/close-period.ts';
import { acceptPeriodQuestion, dismissPeriodQuestion } from './periods/decide-question.ts';
import { getPeriod } from './periods/get-period.ts';
import { listPeriods } from './periods/list-periods.ts';
import { listPeriodQuestions } from './periods/list-questions.ts';
import { reopenPeriod } from './periods/reopen-period.ts';
import { verifyPeriod } from './periods/verify-period.ts';
import { addServers } from './servers/add-servers.ts';
import { listServers } from './servers/list-servers.ts';
import { setServers } from './servers/set-servers.ts';
import { createServiceId } from './service-ids/create-service-id.ts';
import { deleteServiceId } from './service-ids/delete-service-id.ts';
import { listServiceIds } from './service-ids/list-service-ids.ts';
import { rotateServiceId } from './service-ids/rotate-service-id.ts';
import { exportCommunity } from './transfer/export-community.ts';
import { importCommunity } from './transfer/import-community.ts';
import { changeWebhookEndpoint } from './webhooks/change-webhook-endpoint.ts';
import { createWebhookEndpoint } from './webhooks/create-webhook-endpoint.ts';
import { deleteWebhookEndpoint } from './webhooks/delete-webhook-endpoint.ts';
import { getWebhookEndpoint } from './webhooks/get-webhook-endpoint.ts';
import { listWebhookDeliveries } from './webhooks/list-webhook-deliveries.ts';
import { listWebhookEndpoints } from './webhooks/list-webhook-endpoints.ts';
import { previewWebhookMessage } from './webhooks/preview-webhook.ts';
import { replayWebhookEndpoint } from './webhooks/replay-webhook-endpoint.ts';
import { resendWebhookDelivery } from './webhooks/resend-webhook-delivery.ts';
import { rotateWebhookSecret } from './webhooks/rotate-webhook-secret.ts';
import { testWebhookEndpoint } from './webhooks/test-webhook-endpoint.ts';

/** `/v2/community/...`: the Activity Tracker, and everything of ours that no source has. */
export const tracker: Family = {
  name: 'tracker',
  prefixes: ['/v2/community'],
  dialect: problemDialect,
  operations: [
    recordActivity,
    resetServer,
    recordHeartbeat,
    applyRoster,
    listServerActivity,
    listActivity,
    summarizeActivity,
    listOnline,
    importActivity,
    // Behind the fixed paths: {activityId} would match them.
    getActivity,
    correctActivity,
    voidActivity,
    joinActivity,
    listRevisions,
    listLatestActivity,
    exportCommunity,
    importCommunity,
    closePeriod,
    listPeriods,
    listPeriodQuestions,
    acceptPeriodQuestion,
    dismissPeriodQuestion,
    getPeriod,
    verifyPeriod,
    reopenPeriod,
    listAccounts,
    searchAccounts,
    getAccountByDiscord,
    getAccount,
    listIdentifiers,
    addIdentifiers,
    removeIdentifier,
    mergeAccounts,
    eraseAccount,
    getSubVersion,
    listServers,
    addServers,
    setServers,
    listApiKeys,
    createApiKey,
    revokeApiKey,
    getSettings,
    changeSettings,
    openConsoleSession,
    getConsoleSession,
    closeConsoleSession,
    listWebhookEndpoints,
    createWebhookEndpoint,
    getWebhookEndpoint,
    changeWebhookEndpoint,
    deleteWebhookEndpoint,
    rotateWebhookSecret,
    recordAccountActivities,
    verifyAccountActivities,
    listServiceIds,
    createServiceId,
    rotateServiceId,
    deleteServiceId,
    listInboundWebhooks,
    createInboundWebhook,
    changeInboundWebhook,
    deleteInboundWebhook,
    listInboundCalls,
    resendInboundCall,
    tryInboundWebhook,
    testWebhookEndpoint,
    listWebhookDeliveries,
    resendWebhookDelivery,
    previewWebhookMessage,
    replayWebhookEndpoint,
  ],
};
