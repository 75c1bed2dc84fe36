/** Service IDs: OAuth clients of the account activity report. */
import { useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { useQuery } from '../../kit/query.ts';
import { ActionDialog, useToast } from '../../ui/actions.tsx';
import { Card, CopyButton, Instant, SelectField, TextField } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { SecretDialog } from '../../ui/secret.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';

type ServiceId = Data<'listServiceIds'>['items'][number];
const CATEGORIES = [
  'account-activity-reporting',
  'artifact-reporting',
  'artifact-authoring',
  'user-management',
  'work-management',
] as const;

export const ServiceIds = () => {
  const { zone } = useViewer();
  const toast = useToast();
  const query = useQuery('service-ids', () => call(() => api.GET('/v2/community/service-ids')));
  const [dialog, setDialog] = useState<{ what: 'add' } | { what: 'rotate' | 'delete'; of: ServiceId }>();
  const [secret, setSecret] = useState<string>();
  const close = () => setDialog(undefined);
  return (
    <>
      <Card
        flush
        title={t('service.title')}
        note={t('service.note')}
        actions={
          <button type="button" class="primary" onClick={() => setDialog({ what: 'add' })}>
            <Icon name="plus" />
            {t('service.add')}
          </button>
        }
      >
        <Reading query={query}>
          {({ items }) => (
            <Table
              empty={<Empty title={t('service.none')}>{t('service.noneText')}</Empty>}
              caption={t('service.title')}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: t('person.name'),
                  isHeader: true,
                  cell: ({ name }) => <bdi class="cut">{name}</bdi>,
                },
                { title: t('service.category'), isExtra: true, cell: ({ category }) => category },
                {
                  title: t('service.clientId'),
                  cell: ({ clientId }) => (
                    <span class="copy">
                      <code>{clientId}</code>
                      <CopyButton text={clientId} />
                    </span>
                  ),
                },
                {
                  title: t('service.rotated'),
                  isExtra: true,
                  cell: ({ rotatedAt, createdAt }) => <Instant at={rotatedAt ?? createdAt} zone={zone} />,
                },
                {
                  title: t('action.actions'),
                  isSilent: true,
                  isNumber: true,
                  cell: (of) => (
                    <span class="row end actions">
                      <button type="button" class="plain" onClick={() => setDialog({ what: 'rotate', of })}>
                        {t('hooks.rotate')}
                      </button>
                      <button type="button" class="plain" onClick={() => setDialog({ what: 'delete', of })}>
                        {t('action.delete')}
                      </button>
                    </span>
                  ),
                },
              ]}
            />
          )}
        </Reading>
      </Card>
      {dialog?.what === 'add' && (
        <AddServiceId
          onClose={close}
          onMade={(made) => {
            setSecret(made);
            void query.refresh();
          }}
        />
      )}
      {dialog?.what === 'rotate' && (
        <ActionDialog
          title={t('service.rotateTitle', { name: dialog.of.name })}
          consequence={<p>{t('service.rotateText')}</p>}
          confirm={t('hooks.rotate')}
          onClose={close}
          onRun={async () => {
            const made = await call(() =>
              api.POST('/v2/community/service-ids/{serviceId}/rotate', {
                params: { path: { serviceId: dialog.of.id } },
                body: { overlapSeconds: 86_400 },
              }),
            );
            setSecret(made.clientSecret);
            await query.refresh();
          }}
        />
      )}
      {dialog?.what === 'delete' && (
        <ActionDialog
          title={t('service.deleteTitle', { name: dialog.of.name })}
          consequence={<p>{t('service.deleteText')}</p>}
          confirm={t('action.delete')}
          isDanger
          onClose={close}
          onRun={async () => {
            await call(() =>
              api.DELETE('/v2/community/service-ids/{serviceId}', {
                params: { path: { serviceId: dialog.of.id } },
              }),
            );
            toast(t('hooks.deleted'));
            await query.refresh();
          }}
        />
      )}
      {secret !== undefined && (
        <SecretDialog
          title={t('service.secretTitle')}
          note={t('service.secretNote')}
          secret={secret}
          onClose={() => setSecret(undefined)}
        />
      )}
    </>
  );
};

const AddServiceId = ({
  onClose,
  onMade,
}: {
  readonly onClose: () => void;
  readonly onMade: (secret: string) => void;
}) => {
  const [name, setName] = useState('');
  const [category, setCategory] = useState<(typeof CATEGORIES)[number]>('account-activity-reporting');
  return (
    <ActionDialog
      title={t('service.add')}
      confirm={t('service.add')}
      canRun={name.trim() !== ''}
      onClose={onClose}
      onRun={async () => {
        const made = await call(() =>
          api.POST('/v2/community/service-ids', { body: { name: name.trim(), category } }),
        );
        onMade(made.clientSecret);
      }}
    >
      <TextField label={t('person.name')} value={name} onValue={setName} maxLength={100} required />
      <SelectField
        label={t('service.category')}
        hint={t('service.categoryHint')}
        value={category}
        options={CATEGORIES.map((one) => [one, one] as const)}
        onValue={setCategory}
      />
    </ActionDialog>
  );
};
