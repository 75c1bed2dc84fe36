/** Senders as they really are: what they send, and how they sign it, by their own libraries where they have one. */
import { sign as signGitHub } from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
// Only what signs: the whole library takes longer to load than all of this to run.
import { WebPlatformFunctions } from '../node_modules/stripe/esm/platform/WebPlatformFunctions.js';
import { createWebhooks } from '../node_modules/stripe/esm/Webhooks.js';

/** What a sender signs: `at` in epoch milliseconds. */
interface Signed {
  readonly secret: string;
  readonly body: string;
  readonly at: number;
  readonly url: string;
}

export interface TestSender {
  /** In the form that the sender gives it to its users. */
  readonly secret: string;
  readonly otherSecret: string;
  /** What signs, where that is not the secret that the receiver knows. */
  readonly signingSecret?: string;
  readonly mapping: Record<string, unknown>;
  readonly body: string;
  /** Of each call, but its signature. */
  readonly headers: Record<string, string>;
  /** Whether it signs the time, so that a call gets stale. */
  readonly signsTime: boolean;
  /** What the recorded entry has for `serial` and `action_type`. */
  readonly recorded: readonly [serial: string, actionType: string];
  sign(message: Signed): Promise<Record<string, string>> | Record<string, string>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const toHex = (buffer: ArrayBuffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const toBase64 = (buffer: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

const hmac = async (hash: string, secret: string, text: string): Promise<ArrayBuffer> => {
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash }, false, ['sign']);
  return crypto.subtle.sign('HMAC', key, bytes(text));
};

/** A PKCS #8 private key of RFC 8410, §7, around 32 bytes. */
const ed25519 = async (privateHex: string, text: string): Promise<string> => {
  const seed = privateHex.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
  const head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
  const pkcs8 = new Uint8Array([...head, ...seed]);
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, false, ['sign']);
  return toHex(await crypto.subtle.sign({ name: 'Ed25519' }, key, bytes(text)));
};

const seconds = (at: number): string => String(Math.floor(at / 1000));
const json = { 'Content-Type': 'application/json' };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

export const TEST_SENDERS = {
  github: {
    secret: '0123456789abcdef0123456789abcdef01234567',
    otherSecret: '1123456789abcdef0123456789abcdef01234567',
    mapping: {
      platform: { const: 'github' },
      serial: '/repository/full_name',
      action_type: { header: 'X-GitHub-Event' },
    },
    body: JSON.stringify({
      ref: 'refs/heads/main',
      repository: { id: 186853002, full_name: 'Codertocat/Hello-World' },
      pusher: { name: 'Codertocat' },
    }),
    headers: {
      ...json,
      'X-GitHub-Event': 'push',
      'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'User-Agent': 'GitHub-Hookshot/044aadd',
    },
    signsTime: false,
    recorded: ['Codertocat/Hello-World', 'push'],
    sign: async ({ secret, body }) => ({ 'X-Hub-Signature-256': await signGitHub(secret, body) }),
  },
  stripe: {
    secret: 'whsec_wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z',
    otherSecret: 'whsec_xRNftLajMZNeslQOP6vEPm4iVx5NlZ6z',
    mapping: { platform: { const: 'stripe' }, serial: '/data/object/id', action_type: '/type' },
    body: JSON.stringify({
      id: 'evt_1NG8Du2eZvKYlo2CUI79vXWy',
      object: 'event',
      api_version: '2019-02-19',
      created: 1686089970,
      data: {
        object: {
          id: 'seti_1NG8Du2eZvKYlo2C9XMqbR0x',
          object: 'setup_intent',
          status: 'requires_confirmation',
        },
      },
      livemode: false,
      type: 'setup_intent.created',
    }),
    headers: { ...json, 'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)' },
    signsTime: true,
    recorded: ['seti_1NG8Du2eZvKYlo2C9XMqbR0x', 'setup_intent.created'],
    sign: async ({ secret, body, at }) => ({
      'Stripe-Signature': await createWebhooks(new WebPlatformFunctions()).generateTestHeaderStringAsync({
        payload: body,
        secret,
        timestamp: Number(seconds(at)),
      }),
    }),
  },
  slack: {
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    otherSecret: '9f742231b10e8888abcd99yyyzzz85a5',
    mapping: { platform: { const: 'slack' }, serial: '/event/channel', action_type: '/event/type' },
    body: JSON.stringify({
      token: 'XXYYZZ',
      team_id: 'T123ABC456',
      api_app_id: 'A123ABC456',
      event: {
        type: 'message',
        channel: 'C123ABC456',
        user: 'U123ABC456',
        text: 'hello',
        ts: '1355517523.000005',
      },
      type: 'event_callback',
      event_id: 'Ev123ABC456',
      event_time: 1355517523,
    }),
    headers: json,
    signsTime: true,
    recorded: ['C123ABC456', 'message'],
    sign: async ({ secret, body, at }) => ({
      'X-Slack-Request-Timestamp': seconds(at),
      'X-Slack-Signature': `v0=${toHex(await hmac('SHA-256', secret, `v0:${seconds(at)}:${body}`))}`,
    }),
  },
  svix: {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    otherSecret: 'whsec_NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    mapping: { platform: { const: 'clerk' }, serial: '/data/id', action_type: '/type' },
    body: JSON.stringify({
      data: { id: 'user_29w83sxmDNGwOuEthce5gg56FcC' },
      object: 'event',
      type: 'user.created',
    }),
    headers: { ...json, 'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek' },
    signsTime: true,
    recorded: ['user_29w83sxmDNGwOuEthce5gg56FcC', 'user.created'],
    sign: ({ secret, body, at }) => ({
      'svix-timestamp': seconds(at),
      'svix-signature': new SvixWebhook(secret).sign('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(at), body),
    }),
  },
  'standard-webhooks': {
    secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    otherSecret: 'whsec_D2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    mapping: { platform: { const: 'app' }, serial: '/data/id', action_type: '/type' },
    body: JSON.stringify({
      type: 'contact.created',
      timestamp: '2022-11-03T20:26:10.344522Z',
      data: { id: '1f81eb52' },
    }),
    headers: { ...json, 'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' },
    signsTime: true,
    recorded: ['1f81eb52', 'contact.created'],
    sign: ({ secret, body, at }) => ({
      'webhook-timestamp': seconds(at),
      'webhook-signature': new StandardWebhook(secret).sign(
        'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
        new Date(at),
        body,
      ),
    }),
  },
  shopify: {
    secret: 'shpss_0123456789abcdef0123456789abcdef',
    otherSecret: 'shpss_1123456789abcdef0123456789abcdef',
    mapping: {
      platform: { header: 'X-Shopify-Shop-Domain' },
      serial: '/id',
      action_type: { header: 'X-Shopify-Topic' },
    },
    // The id is beyond 2^53.
    body: '{"id":82098204982234098211,"email":"jon@example.com","total_price":"598.94","currency":"USD"}',
    headers: {
      ...json,
      'X-Shopify-Topic': 'orders/create',
      'X-Shopify-Shop-Domain': 'my-shop.myshopify.com',
      'X-Shopify-Webhook-Id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      'X-Shopify-Triggered-At': '2026-04-14T23:59:59.123456789Z',
    },
    signsTime: false,
    recorded: ['82098204982234098211', 'orders/create'],
    sign: async ({ secret, body }) => ({
      'X-Shopify-Hmac-Sha256': toBase64(await hmac('SHA-256', secret, body)),
    }),
  },
  discord: {
    // RFC 8032, §7.1, tests 1 and 2.
    secret: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    signingSecret: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    otherSecret: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    mapping: { platform: { const: 'discord' }, serial: '/event/data/user/id', action_type: '/event/type' },
    body: JSON.stringify({
      version: 1,
      application_id: '1234560123453231555',
      type: 1,
      event: {
        type: 'APPLICATION_AUTHORIZED',
        timestamp: '2024-10-18T14:42:53.064834',
        data: { integration_type: 1, scopes: ['applications.commands'], user: { id: '72408511975727104' } },
      },
    }),
    headers: json,
    signsTime: true,
    recorded: ['72408511975727104', 'APPLICATION_AUTHORIZED'],
    sign: async ({ secret, body, at }) => ({
      'X-Signature-Timestamp': seconds(at),
      'X-Signature-Ed25519': await ed25519(secret, seconds(at) + body),
    }),
  },
  twilio: {
    secret: '12345678901234567890123456789012',
    otherSecret: '22345678901234567890123456789012',
    mapping: {
      platform: { const: 'twilio' },
      serial: '/From',
      action_type: { const: 'sms' },
      action_detail: '/Body',
    },
    body: 'ToCountry=US&MessageSid=SM2xxxxxx&From=%2B14155551212&To=%2B15558675310&Body=Ahoy%20there%21&NumMedia=0',
    headers: { ...form, 'I-Twilio-Idempotency-Token': '0c5a1a3a-4e6a-4a6f-a3b6-b8b1b2c3d4e5' },
    signsTime: false,
    recorded: ['+14155551212', 'sms'],
    sign: async ({ secret, body, url }) => {
      const pairs = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : 1));
      return { 'X-Twilio-Signature': toBase64(await hmac('SHA-1', secret, url + pairs.flat().join(''))) };
    },
  },
} as const satisfies Readonly<Record<string, TestSender>>;

export type TestSenderName = keyof typeof TEST_SENDERS;
export const TEST_SENDER_NAMES = Object.keys(TEST_SENDERS) as TestSenderName[];
