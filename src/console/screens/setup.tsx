/** Set-up: the three steps of a new community, keys, settings, and moving data in and out. */
import { t } from '../i18n/index.ts';
import { href } from '../kit/route.ts';
import { Tabs } from '../ui/basics.tsx';
import { PageHead } from '../ui/page.tsx';
import type { ScreenProps } from './index.ts';
import { Keys } from './setup/keys.tsx';
import { ServiceIds } from './setup/service-ids.tsx';
import { Settings } from './setup/settings.tsx';
import { Start } from './setup/start.tsx';
import { Transfer } from './setup/transfer.tsx';

const VIEWS = ['start', 'keys', 'service-ids', 'settings', 'import'] as const;

export const Setup = ({ route }: ScreenProps) => {
  const view = VIEWS.find((one) => one === route.path[1]) ?? 'start';
  return (
    <>
      <PageHead title={t('nav.setup')} note={t('setup.note')} />
      <Tabs
        label={t('nav.setup')}
        items={VIEWS.map((one) => ({
          href: href(['setup', one]),
          text: t(`setup.${one}`),
          isCurrent: one === view,
        }))}
      />
      {view === 'start' && <Start />}
      {view === 'keys' && <Keys />}
      {view === 'service-ids' && <ServiceIds />}
      {view === 'settings' && <Settings />}
      {view === 'import' && <Transfer />}
    </>
  );
};
