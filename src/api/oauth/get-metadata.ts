import * as v from 'valibot';
import { SCOPES_OF_CATEGORY } from '../../core/access/service-id.ts';
import { answerJson } from '../kit/answer.ts';
import { defineOperation } from '../kit/operation.ts';

const GRANT_TYPES = ['client_credentials'] as const;
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post'] as const;

/** The metadata of the authorization server that is reached at `origin`. */
const metadataOf = (origin: string) => ({
  issuer: origin,
  token_endpoint: `${origin}/oauth/token`,
  // There is no authorization endpoint, so no response type: RFC 8414 wants the list all the same.
  response_types_supported: [],
  grant_types_supported: GRANT_TYPES,
  token_endpoint_auth_methods_supported: AUTH_METHODS,
  scopes_supported: [...new Set(Object.values(SCOPES_OF_CATEGORY).flat())],
  service_documentation: `${origin}/docs`,
});

export const getMetadata = defineOperation({
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  access: 'public',
  unknownQuery: 'ignored',
  docs: WITH_DOCS && {
    operationId: 'getAuthorizationServerMetadata',
    tag: 'Account Activity',
    summary: 'Say where tokens come from, and how (RFC 8414)',
    description: 'OAuth libraries read this to find the token endpoint.',
    answer: {
      schema: v.object({
        issuer: v.string(),
        token_endpoint: v.string(),
        response_types_supported: v.array(v.string()),
        grant_types_supported: v.array(v.picklist(GRANT_TYPES)),
        token_endpoint_auth_methods_supported: v.array(v.picklist(AUTH_METHODS)),
        scopes_supported: v.array(v.string()),
        service_documentation: v.string(),
      }),
      example: metadataOf('https://rollcall.example'),
    },
  },
  handle: async ({ http }) =>
    answerJson(http, metadataOf(new URL(http.req.url).origin), 200, {
      'Cache-Control': 'public, max-age=3600',
    }),
});
