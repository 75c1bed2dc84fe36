/** The screens: each its own file in the browser, read when it is first opened. */
import type { ComponentType } from 'preact';
import type { Key } from '../i18n/index.ts';
import type { Route } from '../kit/route.ts';
import type { IconName } from '../ui/icons.tsx';

export interface ScreenProps {
  readonly route: Route;
}
type Screen = ComponentType<ScreenProps>;

export interface Place {
  /** The first part of the address. */
  readonly path: string;
  readonly title: Key;
  readonly icon: IconName;
  /** One of these scopes opens it; `operator` is not a scope. */
  readonly needs: readonly string[];
  readonly load: () => Promise<Screen>;
}

export const PLACES: readonly Place[] = [
  {
    path: 'now',
    title: 'nav.now',
    icon: 'now',
    needs: ['sessions:read'],
    load: async () => (await import('./now.tsx')).Now,
  },
  {
    path: 'hours',
    title: 'nav.hours',
    icon: 'hours',
    needs: ['sessions:read'],
    load: async () => (await import('./hours.tsx')).Hours,
  },
  {
    path: 'people',
    title: 'nav.people',
    icon: 'people',
    needs: ['sessions:read'],
    load: async () => (await import('./people.tsx')).People,
  },
  {
    path: 'servers',
    title: 'nav.servers',
    icon: 'servers',
    needs: ['sessions:read'],
    load: async () => (await import('./servers.tsx')).Servers,
  },
  {
    path: 'log',
    title: 'nav.log',
    icon: 'log',
    needs: ['logs:read'],
    load: async () => (await import('./log.tsx')).Log,
  },
  {
    path: 'report',
    title: 'nav.report',
    icon: 'report',
    needs: ['account-activity:read'],
    load: async () => (await import('./report.tsx')).Report,
  },
  {
    path: 'webhooks',
    title: 'nav.webhooks',
    icon: 'webhooks',
    needs: ['admin'],
    load: async () => (await import('./webhooks.tsx')).Webhooks,
  },
  {
    path: 'setup',
    title: 'nav.setup',
    icon: 'setup',
    needs: ['admin'],
    load: async () => (await import('./setup.tsx')).Setup,
  },
  {
    path: 'operator',
    title: 'nav.operator',
    icon: 'operator',
    needs: ['operator'],
    load: async () => (await import('./operator.tsx')).Operator,
  },
];
