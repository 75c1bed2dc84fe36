/** Addresses that other systems send to. */
import { useState } from 'preact/hooks';
import { t, textOf } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { formatNumber } from '../../kit/format.ts';
import { useQuery } from '../../kit/query.ts';
import { href } from '../../kit/route.ts';
import { ActionDialog, useToast } from '../../ui/actions.tsx';
import { Card, SelectField, TextField } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { SecretDialog } from '../../ui/secret.tsx';
import { Empty, Reading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';

export type InboundRow = Data<'listInboundWebhooks'>['items'][number];
const KINDS = ['tracker', 'activity-log', 'account-activity'] as const;
/** Senders that Rollcall knows, and three ways to prove a call for those that it does not. */
const SENDERS = [
  'github',
  'stripe',
  'slack',
  'svix',
  'shopify',
  'discord',
  'twilio',
  'standard-webhooks',
] as const;
const SCHEMES = ['token', 'url-token', 'hmac-sha256'] as const;
/** For a sender that knows nothing but an address: the secret is in it. */
const TOKEN_PARAMETER = 'token';
const PROOFS = [...SCHEMES, ...SENDERS] as const;
type Proof = (typeof PROOFS)[number];
const isSender = (proof: Proof): proof is (typeof SENDERS)[number] =>
  SENDERS.some((sender) => sender === proof);

type Kind = (typeof KINDS)[number];
interface SetUp {
  readonly kind: Kind;
  readonly proof: Proof;
}
/** Ready-made: the mapping is the API's recipe of this name, and the rest is what its sender can do. */
const RECIPES = {
  'github-push': { kind: 'activity-log', proof: 'github' },
  'stripe-event': { kind: 'account-activity', proof: 'stripe' },
  'media-playback': { kind: 'tracker', proof: 'url-token' },
  alert: { kind: 'account-activity', proof: 'token' },
} as const satisfies Record<string, SetUp>;
type Recipe = keyof typeof RECIPES;
const RECIPE_NAMES = ['github-push', 'stripe-event', 'media-playback', 'alert'] as const satisfies Recipe[];

export const InboundList = () => {
  const query = useQuery('inbound', () => call(() => api.GET('/v2/community/inbound-webhooks')));
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<{ secret: string; url: string }>();
  return (
    <>
      <Card
        flush
        title={t('hooks.senders')}
        actions={
          <button type="button" class="primary" onClick={() => setAdding(true)}>
            <Icon name="plus" />
            {t('hooks.addSender')}
          </button>
        }
      >
        <Reading query={query}>
          {({ items }) => (
            <Table
              empty={<Empty title={t('hooks.noSenders')}>{t('hooks.noSendersText')}</Empty>}
              caption={t('hooks.senders')}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: t('person.name'),
                  isHeader: true,
                  cell: ({ id, name }) => (
                    <a class="name" href={href(['webhooks', 'in', id])}>
                      <bdi class="cut">{name}</bdi>
                    </a>
                  ),
                },
                { title: t('hooks.kind'), cell: ({ kind }) => t(`hooks.kind.${kind}`) },
                {
                  title: t('hooks.proof'),
                  isExtra: true,
                  cell: ({ sender, verification }) => (
                    <span class="mono">{sender === 'custom' ? verification?.scheme : sender}</span>
                  ),
                },
                {
                  title: t('hooks.calls'),
                  isNumber: true,
                  cell: ({ callCount }) => formatNumber(callCount),
                },
              ]}
            />
          )}
        </Reading>
      </Card>
      {isAdding && (
        <AddSender
          onClose={() => setAdding(false)}
          onAdded={(next) => {
            setMade(next);
            void query.refresh();
          }}
        />
      )}
      {made && (
        <SecretDialog
          title={t('hooks.senderSecret')}
          note={t('hooks.senderSecretNote', { url: made.url })}
          secret={made.secret}
          onClose={() => setMade(undefined)}
        />
      )}
    </>
  );
};

const AddSender = ({
  onClose,
  onAdded,
}: {
  readonly onClose: () => void;
  readonly onAdded: (made: { secret: string; url: string }) => void;
}) => {
  const toast = useToast();
  const [recipe, setRecipe] = useState<Recipe | 'own'>('own');
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Kind>('activity-log');
  const [proof, setProof] = useState<Proof>('token');
  const [secret, setSecret] = useState('');
  const [header, setHeader] = useState('X-Signature-256');
  const [prefix, setPrefix] = useState('');
  const verification = () =>
    proof === 'hmac-sha256'
      ? { scheme: proof, header: header.trim(), prefix }
      : proof === 'url-token'
        ? { scheme: 'token' as const, parameter: TOKEN_PARAMETER }
        : { scheme: 'token' as const };
  return (
    <ActionDialog
      title={t('hooks.addSender')}
      confirm={t('hooks.addSender')}
      canRun={name.trim() !== ''}
      onClose={onClose}
      onRun={async () => {
        const made = await call(() =>
          api.POST('/v2/community/inbound-webhooks', {
            body: {
              name: name.trim(),
              kind,
              ...(recipe !== 'own' && { recipe }),
              ...(isSender(proof) ? { sender: proof } : { verification: verification() }),
              ...(secret.trim() !== '' && { secret: secret.trim() }),
            },
          }),
        );
        toast(t('hooks.senderAdded'));
        onAdded({
          secret: made.secret,
          url: proof === 'url-token' ? `${made.url}?${TOKEN_PARAMETER}=${made.secret}` : made.url,
        });
      }}
    >
      <SelectField
        label={t('hooks.recipe')}
        hint={t(`hooks.recipeText.${recipe}`)}
        value={recipe}
        options={(['own', ...RECIPE_NAMES] as const).map((one) => [one, t(`hooks.recipe.${one}`)] as const)}
        onValue={(next) => {
          if (next !== 'own') {
            setKind(RECIPES[next].kind);
            setProof(RECIPES[next].proof);
            if (name.trim() === '' || name === t(`hooks.recipe.${recipe}`))
              setName(t(`hooks.recipe.${next}`));
          }
          setRecipe(next);
        }}
      />
      <TextField
        label={t('person.name')}
        hint={t('hooks.senderName')}
        value={name}
        onValue={setName}
        maxLength={100}
        required
      />
      <div class="fields">
        {recipe === 'own' && (
          <SelectField
            label={t('hooks.kind')}
            value={kind}
            options={KINDS.map((one) => [one, t(`hooks.kind.${one}`)] as const)}
            onValue={setKind}
          />
        )}
        <SelectField
          label={t('hooks.proof')}
          value={proof}
          options={PROOFS.map((one) => [one, textOf(`hooks.scheme.${one}`, one)] as const)}
          onValue={setProof}
        />
      </div>
      {proof === 'hmac-sha256' && (
        <div class="fields">
          <TextField label={t('hooks.header')} value={header} onValue={setHeader} required />
          <TextField
            label={t('hooks.prefix')}
            hint={t('hooks.prefixHint')}
            value={prefix}
            onValue={setPrefix}
          />
        </div>
      )}
      <TextField
        label={t('hooks.ownSecret')}
        hint={t('hooks.ownSecretHint')}
        value={secret}
        onValue={setSecret}
        autoComplete="off"
      />
    </ActionDialog>
  );
};
