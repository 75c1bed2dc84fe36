/** API keys: by what they are for, shown once, one a person. */
import { useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { usePages } from '../../kit/list.ts';
import { useNow } from '../../kit/query.ts';
import { addDays, dayAt, fromLocal } from '../../kit/time.ts';
import { ActionDialog, useToast } from '../../ui/actions.tsx';
import { Badge, Card, Instant, TextField } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { SecretDialog } from '../../ui/secret.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { MorePages, Table } from '../../ui/table.tsx';

type ApiKey = Data<'listApiKeys'>['items'][number];
const PRESETS = ['game-server', 'viewer', 'log-writer', 'auditor', 'everything'] as const;
type Preset = (typeof PRESETS)[number];

export const Keys = () => {
  const { zone, me } = useViewer();
  const now = useNow(60_000);
  const toast = useToast();
  const load = (cursor?: string) =>
    call(() =>
      api.GET('/v2/community/api-keys', { params: { query: cursor === undefined ? {} : { cursor } } }),
    );
  const list = usePages('keys', load);
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<{ name: string; key: string }>();
  const [revoked, setRevoked] = useState<ApiKey>();
  return (
    <>
      <Card
        flush
        title={t('keys.title')}
        note={t('keys.note')}
        actions={
          <button type="button" class="primary" onClick={() => setAdding(true)}>
            <Icon name="plus" />
            {t('keys.add')}
          </button>
        }
      >
        <Reading query={list}>
          {() => (
            <>
              <Table
                empty={<Empty title={t('keys.none')} />}
                caption={t('keys.title')}
                rows={list.items}
                keyOf={({ id }) => id}
                columns={[
                  {
                    title: t('person.name'),
                    isHeader: true,
                    cell: (key) => (
                      <>
                        <bdi class="cut">{key.name}</bdi>
                        {key.id === me?.credential.id && <span class="sub">{t('keys.yours')}</span>}
                      </>
                    ),
                  },
                  {
                    title: t('keys.scopes'),
                    isExtra: true,
                    cell: ({ scopes }) => <span class="small muted">{scopes.join(', ')}</span>,
                  },
                  {
                    title: t('keys.lastUsed'),
                    isExtra: true,
                    cell: ({ lastUsedAt }) =>
                      lastUsedAt ? (
                        <Instant at={lastUsedAt} zone={zone} now={now} as="ago" />
                      ) : (
                        t('keys.unused')
                      ),
                  },
                  {
                    title: t('keys.expires'),
                    isExtra: true,
                    cell: ({ expiresAt }) =>
                      expiresAt ? (
                        Date.parse(expiresAt) < now ? (
                          <Badge tone="bad">{t('keys.expired')}</Badge>
                        ) : (
                          <Instant at={expiresAt} zone={zone} />
                        )
                      ) : (
                        '–'
                      ),
                  },
                  {
                    title: t('action.actions'),
                    isSilent: true,
                    isNumber: true,
                    cell: (key) => (
                      <button type="button" class="plain" onClick={() => setRevoked(key)}>
                        {t('keys.revoke')}
                      </button>
                    ),
                  },
                ]}
              />
              <MorePages list={list} onlyIfMore />
            </>
          )}
        </Reading>
      </Card>
      {isAdding && (
        <AddKey
          zone={zone}
          onClose={() => setAdding(false)}
          onMade={(next) => {
            setMade(next);
            void list.refresh();
          }}
        />
      )}
      {made && (
        <SecretDialog
          title={t('keys.madeTitle', { name: made.name })}
          note={t('keys.madeNote')}
          secret={made.key}
          onClose={() => setMade(undefined)}
        />
      )}
      {revoked && (
        <ActionDialog
          title={t('keys.revokeTitle', { name: revoked.name })}
          consequence={<p>{revoked.id === me?.credential.id ? t('keys.revokeOwn') : t('keys.revokeText')}</p>}
          confirm={t('keys.revoke')}
          isDanger
          onClose={() => setRevoked(undefined)}
          onRun={async () => {
            await call(() =>
              api.DELETE('/v2/community/api-keys/{apiKeyId}', { params: { path: { apiKeyId: revoked.id } } }),
            );
            toast(t('keys.revoked'));
            await list.refresh();
          }}
        />
      )}
    </>
  );
};

const AddKey = ({
  zone,
  onClose,
  onMade,
}: {
  readonly zone: string;
  readonly onClose: () => void;
  readonly onMade: (made: { name: string; key: string }) => void;
}) => {
  const { me } = useViewer();
  const [name, setName] = useState('');
  const [preset, setPreset] = useState<Preset>('game-server');
  const [until, setUntil] = useState('');
  return (
    <ActionDialog
      title={t('keys.add')}
      confirm={t('keys.add')}
      canRun={name.trim() !== ''}
      onClose={onClose}
      onRun={async () => {
        const made = await call(() =>
          api.POST('/v2/community/api-keys', {
            body: {
              name: name.trim(),
              ...(preset === 'everything' ? { scopes: [...(me?.credential.scopes ?? [])] } : { preset }),
              ...(until !== '' && { expiresAt: new Date(fromLocal(addDays(until, 1), zone)).toISOString() }),
            },
          }),
        );
        onMade({ name: made.name, key: made.key });
      }}
    >
      <TextField
        label={t('person.name')}
        hint={t('keys.nameHint')}
        value={name}
        onValue={setName}
        maxLength={100}
        required
      />
      <fieldset>
        <legend>{t('keys.for')}</legend>
        {PRESETS.map((one) => (
          <label class="check" key={one}>
            <input type="radio" name="preset" checked={preset === one} onChange={() => setPreset(one)} />
            <span>
              {t(`keys.preset.${one}`)}
              <span class="sub">{t(`keys.presetText.${one}`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <TextField
        type="date"
        label={t('keys.until')}
        hint={t('keys.untilHint')}
        value={until}
        min={dayAt(Date.now(), zone)}
        onValue={setUntil}
      />
    </ActionDialog>
  );
};
