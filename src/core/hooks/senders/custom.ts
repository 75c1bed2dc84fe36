import type { Verification } from '../model.ts';
import type { Sender } from './sender.ts';
import { standardWebhooks } from './standard-webhooks.ts';

/** A sender that has no name here, as its owner describes it. */
export const custom = (verification: Verification): Sender => {
  switch (verification.scheme) {
    case 'standard-webhooks':
      return standardWebhooks;
    case 'hmac-sha256': {
      const { header, prefix, separator, encoding, idHeader, timestampHeader } = verification;
      return {
        proof: {
          algorithm: 'hmac-sha256',
          secret: 'text',
          header,
          prefix,
          separator,
          encoding,
          signed: verification.signed ?? '{body}',
          timestamp: timestampHeader
            ? { header: timestampHeader, prefix: verification.timestampPrefix }
            : undefined,
        },
        idHeader,
      };
    }
    case 'token': {
      const { header, parameter, prefix = '', idHeader = 'webhook-id' } = verification;
      return { proof: { algorithm: 'token', header, parameter, prefix }, idHeader };
    }
    default:
      return verification satisfies never;
  }
};
