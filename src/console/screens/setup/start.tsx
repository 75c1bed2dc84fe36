/** Key, game, first sighting: the third step ticks itself. */
import { useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { api, call } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { nameOf } from '../../kit/people.ts';
import { useQuery } from '../../kit/query.ts';
import { href } from '../../kit/route.ts';
import { useWork, WorkError } from '../../ui/actions.tsx';
import { Badge, Card, CopyButton, Instant, Name, Segmented } from '../../ui/basics.tsx';

const GAMES = ['curl', 'fivem', 'roblox', 'minecraft', 'discord', 'devices'] as const;
type Game = (typeof GAMES)[number];

/** The folder of examples that a game's program stands in. */
const FOLDERS: Record<Exclude<Game, 'curl'>, string> = {
  fivem: 'examples/fivem',
  roblox: 'examples/roblox',
  minecraft: 'examples/minecraft',
  discord: 'examples/discord-voice',
  devices: 'examples/device-fleet',
};

export const Start = () => {
  const { zone } = useViewer();
  const work = useWork();
  const [key, setKey] = useState<string>();
  const [since] = useState(() => new Date().toISOString());
  const [game, setGame] = useState<Game>('curl');
  const first = useQuery(
    `first-sighting ${since}`,
    () => call(() => api.GET('/v2/community/activity', { params: { query: { status: 'open', limit: 5 } } })),
    { every: 5000 },
  );
  const latest = first.data?.items[0];
  const shownKey = key ?? 'YOUR_KEY';
  const snippet = `curl ${location.origin}/v2/community/servers/1/activity \\\n  -H "Authorization: Bearer ${shownKey}" \\\n  -d '{"username":"ana","forceStart":true}'`;
  return (
    <Card title={t('start.title')} note={t('start.note')}>
      <ol class="steps">
        <li class={key ? 'done' : ''}>
          <div class="stack">
            <h3>{t('start.key')}</h3>
            <p class="small muted">{t('start.keyText')}</p>
            {key ? (
              <div class="secret">
                <code>{key}</code>
                <div class="row">
                  <CopyButton text={key} label={t('action.copy')} />
                  <span class="small muted">{t('start.keyOnce')}</span>
                </div>
              </div>
            ) : (
              <div class="row">
                <button
                  type="button"
                  class="primary"
                  disabled={work.isBusy}
                  onClick={() =>
                    void work.run(async () => {
                      const made = await call(() =>
                        api.POST('/v2/community/api-keys', {
                          body: { name: t('start.keyName'), preset: 'game-server' },
                        }),
                      );
                      setKey(made.key);
                    })
                  }
                >
                  {t('start.makeKey')}
                </button>
              </div>
            )}
            <WorkError work={work} />
          </div>
        </li>
        <li>
          <div class="stack">
            <h3>{t('start.paste')}</h3>
            <div>
              <Segmented
                label={t('start.game')}
                value={game}
                options={GAMES.map((one) => [one, t(`start.game.${one}`)] as const)}
                onValue={setGame}
              />
            </div>
            {game === 'curl' ? (
              <>
                <pre>{snippet}</pre>
                <div class="row">
                  <CopyButton text={snippet} label={t('action.copy')} />
                </div>
              </>
            ) : (
              <dl class="pair">
                <dt>{t('start.program')}</dt>
                <dd class="mono">{FOLDERS[game]}</dd>
                <dt>{t('start.address')}</dt>
                <dd class="copy">
                  <code>{location.origin}</code>
                  <CopyButton text={location.origin} />
                </dd>
                <dt>{t('start.keyIs')}</dt>
                <dd class="mono">{shownKey}</dd>
              </dl>
            )}
          </div>
        </li>
        <li class={latest ? 'done' : ''}>
          <div class="stack">
            <h3>{t('start.first')}</h3>
            <p aria-live="polite">
              {latest ? (
                <Badge tone="good">
                  {t('start.seen')} <Name name={nameOf(latest)} id={latest.accId} />{' '}
                  <Instant at={latest.start} zone={zone} />
                </Badge>
              ) : (
                <span class="muted">{t('start.waiting')}</span>
              )}
            </p>
            {latest && (
              <div class="row">
                <a class="button" href={href(['now'])}>
                  {t('start.look')}
                </a>
              </div>
            )}
          </div>
        </li>
      </ol>
    </Card>
  );
};
