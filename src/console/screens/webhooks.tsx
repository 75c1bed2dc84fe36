/** Webhooks: where events go, and where calls come from. */
import { t } from '../i18n/index.ts';
import { href } from '../kit/route.ts';
import { Tabs } from '../ui/basics.tsx';
import { PageHead } from '../ui/page.tsx';
import type { ScreenProps } from './index.ts';
import { Endpoint } from './webhooks/endpoint.tsx';
import { EndpointList } from './webhooks/endpoint-list.tsx';
import { Inbound } from './webhooks/inbound.tsx';
import { InboundList } from './webhooks/inbound-list.tsx';

export const Webhooks = ({ route }: ScreenProps) => {
  const isIn = route.path[1] === 'in';
  const id = route.path[2];
  if (id !== undefined)
    return isIn ? <Inbound key={id} id={id} /> : <Endpoint key={id} id={id} route={route} />;
  return (
    <>
      <PageHead title={t('nav.webhooks')} note={isIn ? t('hooks.inNote') : t('hooks.outNote')} />
      <Tabs
        label={t('nav.webhooks')}
        items={[
          { href: href(['webhooks', 'out']), text: t('hooks.out'), isCurrent: !isIn },
          { href: href(['webhooks', 'in']), text: t('hooks.in'), isCurrent: isIn },
        ]}
      />
      {isIn ? <InboundList /> : <EndpointList />}
    </>
  );
};
