import * as v from 'valibot';
import {
  SCOPES_OF_CATEGORY,
  SERVICE_ID_CATEGORIES,
  type ServiceId,
} from '../../../core/access/service-id.ts';
import { dateTime, integer, object, uuid } from '../../kit/fields.ts';
import { isoOrNull, nameSchema } from '../../wire/access.ts';

export const serviceIdParams = v.object({ serviceId: uuid });

export const newServiceIdBody = object({ name: nameSchema, category: v.picklist(SERVICE_ID_CATEGORIES) });

const MAX_OVERLAP_SECONDS = 86_400;

/** The body may be left out. */
export const rotationBody = v.optional(
  object({ overlapSeconds: v.optional(integer(0, MAX_OVERLAP_SECONDS), MAX_OVERLAP_SECONDS) }),
  {},
);

export const serviceIdSchema = () =>
  v.object({
    id: v.string(),
    name: v.string(),
    category: v.picklist(SERVICE_ID_CATEGORIES),
    clientId: v.string(),
    scopes: v.array(v.string()),
    createdAt: dateTime(),
    rotatedAt: v.nullable(dateTime()),
    previousSecretExpiresAt: v.nullable(dateTime()),
  });

/** With the secret: only in the answers that make one. */
export const newServiceIdSchema = () => v.object({ ...serviceIdSchema().entries, clientSecret: v.string() });

export const SERVICE_ID_EXAMPLE = {
  id: '019d8e5a-2c00-7b21-8c4d-5e6f70819203',
  name: 'Weekly report',
  category: 'account-activity-reporting',
  clientId: 'rcid_0123456789ABCDEFGHIJKL',
  scopes: ['account-activity:read'],
  createdAt: '2026-04-15T00:00:00.000Z',
  rotatedAt: null,
  previousSecretExpiresAt: null,
};

export const NEW_SERVICE_ID_EXAMPLE = WITH_DOCS && {
  ...SERVICE_ID_EXAMPLE,
  clientSecret: 'rcs_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd',
};

export const toServiceIdWire = (serviceId: ServiceId) => ({
  id: serviceId.id,
  name: serviceId.name,
  category: serviceId.category,
  clientId: serviceId.clientId,
  scopes: SCOPES_OF_CATEGORY[serviceId.category],
  createdAt: isoOrNull(serviceId.createdAt),
  rotatedAt: isoOrNull(serviceId.rotatedAt),
  previousSecretExpiresAt: isoOrNull(serviceId.previousSecretExpiresAt),
});
