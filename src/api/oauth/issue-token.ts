import * as v from 'valibot';
import { issueToken as issue } from '../../core/access/issue-token.ts';
import type { Services } from '../../core/context.ts';
import { answerJson } from '../kit/answer.ts';
import { readCredential } from '../kit/credential.ts';
import { requireTokenSecret } from '../kit/family.ts';
import { defineOperation, type HttpContext } from '../kit/operation.ts';
import { noteFailure, requireOpenGate } from '../kit/rate-limit.ts';
import { NO_STORE, oauthError } from './dialect.ts';

const tokenForm = v.object({
  grant_type: v.string(),
  client_id: v.optional(v.string()),
  client_secret: v.optional(v.string()),
  scope: v.optional(v.string()),
});

export const issueToken = defineOperation({
  method: 'POST',
  path: '/oauth/token',
  access: 'public',
  unknownQuery: 'ignored',
  body: tokenForm,
  bodyEncoding: 'form',
  docs: WITH_DOCS && {
    operationId: 'issueToken',
    tag: 'Account Activity',
    summary: 'Get an access token for a service ID',
    description:
      'The client credentials grant (RFC 6749 §4.4). Send the client id and the secret in the form or in ' +
      '`Authorization: Basic`, not in both.',
    bodyExample: {
      grant_type: 'client_credentials',
      client_id: 'rcid_0123456789ABCDEFGHIJKL',
      client_secret: 'rcs_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd',
    },
    answer: {
      schema: v.object({
        access_token: v.string(),
        token_type: v.literal('bearer'),
        expires_in: v.number(),
        scope: v.string(),
      }),
      example: {
        access_token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIuLi4ifQ.signature',
        token_type: 'bearer',
        expires_in: 3600,
        scope: 'account-activity:read',
      },
    },
    errors: ['unauthenticated', 'unavailable'],
  },
  handle: async ({ ctx, body, http }) => {
    if (body.grant_type !== 'client_credentials') {
      return oauthError(http, 400, 'unsupported_grant_type', 'grant_type must be client_credentials.');
    }
    const client = readClient(http, body);
    if (client === 'twice') {
      return oauthError(
        http,
        400,
        'invalid_request',
        'Send the client secret in the form or in Basic, not both.',
      );
    }
    if (!client) return invalidClient(ctx, http);
    const issued = await issue(
      { ...ctx, beforeLookUp: () => requireOpenGate(ctx, http) },
      requireTokenSecret(ctx),
      { ...client, scope: body.scope },
    );
    switch (issued) {
      case 'invalid_client':
        return invalidClient(ctx, http);
      case 'invalid_scope':
        return oauthError(
          http,
          400,
          'invalid_scope',
          'The category of this service ID does not open that scope.',
        );
      default:
        return answerJson(
          http,
          {
            access_token: issued.accessToken,
            token_type: 'bearer',
            expires_in: issued.expiresInSeconds,
            scope: issued.scope,
          },
          200,
          NO_STORE,
        );
    }
  },
});

/** The client's id and secret, from Basic (form-encoded there, RFC 6749 §2.3.1) or from the form. */
const readClient = (http: HttpContext, form: v.InferOutput<typeof tokenForm>) => {
  const presented = readCredential(http.req.raw.headers);
  if (presented.kind === 'client') {
    return form.client_secret === undefined
      ? { clientId: formDecode(presented.clientId), clientSecret: formDecode(presented.clientSecret) }
      : 'twice';
  }
  return form.client_id !== undefined && form.client_secret !== undefined
    ? { clientId: form.client_id, clientSecret: form.client_secret }
    : undefined;
};

/** The text itself if it cannot be decoded: then it is nobody's. */
const formDecode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

/** Failed attempts are counted by address. @throws Fault rate_limited */
const invalidClient = async (ctx: Pick<Services, 'failures'>, http: HttpContext): Promise<Response> => {
  await noteFailure(ctx, http);
  requireOpenGate(ctx, http);
  return oauthError(http, 401, 'invalid_client', 'There is no service ID with this client id and secret.', {
    'WWW-Authenticate': 'Basic realm="rollcall", charset="UTF-8"',
  });
};
