/** Ready mappings for what is sent most. */
import { keysOf } from '../../lib/keys.ts';
import type { Mapping } from './mapping.ts';
import type { InboundKind } from './model.ts';

export interface Recipe {
  readonly kind: InboundKind;
  readonly mapping: Mapping;
}

export const RECIPES = {
  /** A push to GitHub: a log entry for each commit. */
  'github-push': {
    kind: 'activity-log',
    mapping: {
      when: { header: 'x-github-event', equals: 'push' },
      items: '/commits',
      platform: { const: 'github' },
      serial: { root: '/repository/full_name' },
      action_type: { const: 'push' },
      action_detail: '/message',
      username: { first: ['/author/username', '/author/name'] },
      timestamp: '/timestamp',
      event_id: '/id',
    },
  },
  /** Any event of Stripe. */
  'stripe-event': {
    kind: 'account-activity',
    mapping: {
      category: { const: 'PROCESSES_CHANGED' },
      type: '/type',
      user: {
        first: [
          '/data/object/customer_email',
          '/data/object/email',
          '/data/object/receipt_email',
          '/data/object/customer',
          '/data/object/id',
        ],
        default: 'stripe',
      },
      time: '/created',
      eventId: '/id',
      'properties.object': '/data/object/id',
      'properties.amount': {
        first: ['/data/object/amount_total', '/data/object/amount_paid', '/data/object/amount'],
      },
      'properties.currency': '/data/object/currency',
      'properties.status': '/data/object/status',
    },
  },
  /** Playback as Plex and Jellyfin (with its webhook plugin) tell it: who watches, on server 1. */
  'media-playback': {
    kind: 'tracker',
    mapping: {
      serverId: { const: 1 },
      action: {
        first: ['/event', '/NotificationType'],
        values: {
          'media.play': 'forceStart',
          'media.resume': 'forceStart',
          'media.stop': 'forceStop',
          PlaybackStart: 'forceStart',
          PlaybackStop: 'forceStop',
        },
      },
      apiId: { first: ['/Account/id', '/UserId'] },
      username: { first: ['/Account/title', '/NotificationUsername'] },
      'metadata.title': { first: ['/Metadata/title', '/Name'] },
      'metadata.player': { first: ['/Player/title', '/DeviceName'] },
    },
  },
  /** Alerts as Alertmanager and Grafana send them. */
  alert: {
    kind: 'account-activity',
    mapping: {
      items: '/alerts',
      category: { const: 'PROCESSES_CHANGED' },
      type: {
        first: ['/status', { root: '/status' }],
        values: { firing: 'ALERT_FIRING', resolved: 'ALERT_RESOLVED' },
      },
      subType: '/labels/alertname',
      user: { first: ['/labels/instance', '/labels/job', { root: '/receiver' }], default: 'alert' },
      time: '/startsAt',
      endTime: '/endsAt',
      message: { first: ['/annotations/summary', '/annotations/description', '/labels/alertname'] },
      'properties.severity': '/labels/severity',
      'properties.job': '/labels/job',
      'properties.fingerprint': '/fingerprint',
      'properties.source': '/generatorURL',
    },
  },
} as const satisfies Readonly<Record<string, Recipe>>;

export type RecipeName = keyof typeof RECIPES;
export const RECIPE_NAMES = keysOf(RECIPES);
