import type { InboundKind, Refusal, RefusalReason } from '../../core/hooks/model.ts';
import { Fault, invalidField } from '../kit/fault.ts';
import { object } from '../kit/fields.ts';
import { type FieldMessage, fieldMessage } from '../kit/messages.ts';
import { newActivitySchema } from './account-activity.ts';
import { activityBody, eventEntries, serverEntries } from './activity.ts';
import { newEntrySchema } from './log-entry.ts';

/** The server of a tracker item, which the API has in its path. */
export const serverEntry = object(serverEntries);

/** The fields that a mapping can fill. */
export const INBOUND_FIELDS: Readonly<Record<InboundKind, readonly string[]>> = {
  // A call is its own event, recorded at its own time.
  tracker: [
    ...Object.keys(serverEntry.entries),
    ...Object.keys(activityBody.entries).filter((field) => !Object.hasOwn(eventEntries, field)),
  ],
  'activity-log': Object.keys(newEntrySchema.entries),
  'account-activity': Object.keys(newActivitySchema.entries),
};

/** What each reason says of its subject. */
const REASONS = {
  header_missing: 'call_missing',
  timestamp_invalid: 'call_seconds',
  timestamp_too_old: 'call_too_old',
  timestamp_too_new: 'call_too_new',
  signature_mismatch: 'call_signature',
  token_mismatch: 'call_token',
  message_id_missing: 'call_missing',
  message_id_invalid: 'max_length',
  items_not_found: 'call_items',
  too_many_items: 'count',
} as const satisfies Partial<Record<RefusalReason, FieldMessage>>;

const isAboutSubject = (reason: RefusalReason): reason is keyof typeof REASONS =>
  Object.hasOwn(REASONS, reason);

/** Why a call or an item was refused, as a fault: for its sender, where it may know, and for the webhook's owner. */
export const refusalFault = ({
  reason,
  subject = '',
  limits = [],
  params = {},
  issues = [],
}: Refusal): Fault =>
  isAboutSubject(reason)
    ? invalidField(subject, fieldMessage(REASONS[reason], ...limits))
    : new Fault(reason, { issues, params });
