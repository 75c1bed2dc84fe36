/** The shell: who is signed in, where one is, and what every screen has around it. */
import type { ComponentType } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { LANGUAGES, type Language, language, t } from './i18n/index.ts';
import { ApiError, onSessionEnd } from './kit/api.ts';
import { useViewer, type Viewer, ViewerContext } from './kit/context.ts';
import { formatZone } from './kit/format.ts';
import { go, href, useRoute } from './kit/route.ts';
import { type Me, readMe, readOperator, signIn, signOut, wasOperator, writeNote } from './kit/session.ts';
import { PLACES, type Place, type ScreenProps } from './screens/index.ts';
import { SignIn } from './sign-in.tsx';
import { ToastContext } from './ui/actions.tsx';
import { Dialog, useCurrentInSight } from './ui/basics.tsx';
import { Icon } from './ui/icons.tsx';
import { PageHead } from './ui/page.tsx';
import { Empty, Failure, Skeleton } from './ui/states.tsx';

type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'failed'; readonly error: ApiError }
  | { readonly kind: 'out' }
  | { readonly kind: 'in'; readonly me: Me | undefined; readonly isOperator: boolean };

/** A key in the address (`#key=…`, as `npm start` prints it) is taken out of it and of the history before anything else. */
const takeKey = (): string | undefined => {
  const key = /^#key=(.+)$/.exec(location.hash)?.[1];
  if (key === undefined) return undefined;
  history.replaceState(null, '', location.pathname);
  return decodeURIComponent(key);
};
let givenKey = takeKey();

const unlessRefused = async <T,>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiError && [401, 403, 503].includes(error.status) && error.code !== 'UNAVAILABLE')
      return undefined;
    throw error;
  }
};

const readState = async (): Promise<State> => {
  const key = givenKey;
  givenKey = undefined;
  try {
    const me = key ? await unlessRefused(signIn(key)) : await unlessRefused(readMe());
    const isOperator = wasOperator() && (await unlessRefused(readOperator())) === true;
    return me || isOperator ? { kind: 'in', me, isOperator } : { kind: 'out' };
  } catch (error) {
    if (error instanceof ApiError) return { kind: 'failed', error };
    throw error;
  }
};

export const App = ({ onLanguage }: { readonly onLanguage: (language: Language) => void }) => {
  const [state, setState] = useState<State>({ kind: 'starting' });
  const [toast, setToast] = useState('');
  const restart = useCallback(() => void readState().then(setState), []);
  useEffect(restart, [restart]);
  useEffect(() => {
    if (toast === '') return;
    const timer = setTimeout(() => setToast(''), 5000);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <ToastContext.Provider value={setToast}>
      {state.kind === 'starting' && (
        <main>
          <Skeleton lines={6} />
        </main>
      )}
      {state.kind === 'failed' && (
        <main>
          <PageHead title="Rollcall" />
          <Failure error={state.error} retry={restart} />
        </main>
      )}
      {state.kind === 'out' && <SignInPage onDone={restart} onLanguage={onLanguage} />}
      {state.kind === 'in' && (
        <Shell me={state.me} isOperator={state.isOperator} onLeave={restart} onLanguage={onLanguage} />
      )}
      <div class="toasts" role="status" aria-live="polite">
        {toast && <div>{toast}</div>}
      </div>
    </ToastContext.Provider>
  );
};

const SignInPage = ({
  onDone,
  onLanguage,
}: {
  readonly onDone: () => void;
  readonly onLanguage: (language: Language) => void;
}) => (
  <main class="sign-in">
    <div>
      <div class="brand">
        <img src="/favicon.svg" alt="" />
        <h1>Rollcall</h1>
      </div>
      <SignIn onDone={onDone} />
      <div class="foot">
        <LanguageSwitch onLanguage={onLanguage} />
        <ThemeSwitch />
      </div>
    </div>
  </main>
);

const LanguageSwitch = ({ onLanguage }: { readonly onLanguage: (language: Language) => void }) => {
  const names: Record<Language, string> = { en: 'English', es: 'Español' };
  return (
    <label class="row">
      <span class="sr">{t('shell.language')}</span>
      <select
        value={language()}
        onChange={(event) => {
          const next = LANGUAGES.find((one) => one === event.currentTarget.value) ?? 'en';
          writeNote('rollcall.language', next);
          onLanguage(next);
        }}
      >
        {LANGUAGES.map((one) => (
          <option key={one} value={one} lang={one} selected={one === language()}>
            {names[one]}
          </option>
        ))}
      </select>
    </label>
  );
};

const ThemeSwitch = () => {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? 'auto');
  return (
    <label class="row">
      <span class="sr">{t('shell.theme')}</span>
      <select
        value={theme}
        onChange={(event) => {
          const next = event.currentTarget.value;
          setTheme(next);
          writeNote('rollcall.theme', next === 'auto' ? null : next);
          if (next === 'auto') delete document.documentElement.dataset.theme;
          else document.documentElement.dataset.theme = next;
        }}
      >
        <option value="auto" selected={theme === 'auto'}>
          {t('shell.themeAuto')}
        </option>
        <option value="light" selected={theme === 'light'}>
          {t('shell.themeLight')}
        </option>
        <option value="dark" selected={theme === 'dark'}>
          {t('shell.themeDark')}
        </option>
      </select>
    </label>
  );
};

/** The day that weeks begin on, as `weekdayOf` numbers days. */
const WEEK_STARTS = { monday: 1, saturday: 6, sunday: 7 } as const;

const Shell = ({
  me,
  isOperator,
  onLeave,
  onLanguage,
}: {
  readonly me: Me | undefined;
  readonly isOperator: boolean;
  readonly onLeave: () => void;
  readonly onLanguage: (language: Language) => void;
}) => {
  const [renewal, setRenewal] = useState<{ done: () => void }>();
  useEffect(() => {
    let pending: Promise<void> | undefined;
    onSessionEnd(() => {
      pending ??= new Promise<void>((done) => {
        setRenewal({
          done: () => {
            pending = undefined;
            setRenewal(undefined);
            done();
          },
        });
      });
      return pending;
    });
  }, []);
  const viewer = useMemo<Viewer>(() => {
    const scopes: readonly string[] = me?.credential.scopes ?? [];
    return {
      me,
      isOperator,
      zone: me?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      weekStart: WEEK_STARTS[me?.weekStart ?? 'monday'],
      may: (scope) => (scope === 'operator' ? isOperator : scopes.includes(scope)),
    };
  }, [me, isOperator]);
  const places = PLACES.filter(({ needs }) => needs.some(viewer.may));
  return (
    <ViewerContext.Provider value={viewer}>
      {/* biome-ignore lint/a11y/useValidAnchor: a link to a place, which must not become the address of a screen. */}
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector('main')?.focus();
        }}
      >
        {t('shell.skip')}
      </a>
      <div class="shell">
        <Side places={places} onLeave={onLeave} onLanguage={onLanguage} />
        <Stage places={places} />
      </div>
      {renewal && (
        <Dialog title={t('signIn.again')} onClose={() => {}} isStubborn>
          <p class="muted">{t('signIn.againText')}</p>
          <SignIn
            isOperator={me === undefined}
            onDone={(next) => {
              // Somebody else's key: what is on the screen is not theirs to see.
              if (next && me && next.community.id !== me.community.id) location.reload();
              else renewal.done();
            }}
          />
        </Dialog>
      )}
    </ViewerContext.Provider>
  );
};

const Side = ({
  places,
  onLeave,
  onLanguage,
}: {
  readonly places: readonly Place[];
  readonly onLeave: () => void;
  readonly onLanguage: (language: Language) => void;
}) => {
  const { me, isOperator, zone } = useViewer();
  const route = useRoute();
  const current = route.path[0] ?? places[0]?.path;
  const row = useCurrentInSight(current);
  return (
    <header class="side">
      <a class="brand" href={href([places[0]?.path ?? 'now'])}>
        <img src="/favicon.svg" alt="" />
        <div>
          <strong>Rollcall</strong>
          <span>
            <bdi>{me?.community.name ?? t('shell.operator')}</bdi>
          </span>
        </div>
      </a>
      <nav class="nav" aria-label={t('shell.navigation')} ref={row}>
        <ul>
          {places.map(({ path, title, icon }) => (
            <li key={path}>
              <a href={href([path])} aria-current={path === current ? 'page' : undefined}>
                <Icon name={icon} />
                {t(title)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="foot">
        <span>
          {t('shell.zone')} <span class="nowrap">{formatZone(zone, Date.now())}</span>
        </span>
        <div class="row">
          <LanguageSwitch onLanguage={onLanguage} />
          <ThemeSwitch />
        </div>
        <div class="row between">
          <span class="who" title={t('shell.actor')}>
            <bdi>{me?.credential.name ?? t('shell.operator')}</bdi>
          </span>
          <button
            type="button"
            class="plain"
            onClick={() =>
              void signOut(isOperator)
                .then(() => go('#/'))
                .finally(onLeave)
            }
          >
            <Icon name="out" />
            {t('shell.signOut')}
          </button>
        </div>
      </div>
    </header>
  );
};

const Stage = ({ places }: { readonly places: readonly Place[] }) => {
  const route = useRoute();
  const wanted = route.path[0] ?? places[0]?.path;
  const place = places.find(({ path }) => path === wanted);
  const [loaded, setLoaded] = useState<{ path: string; Screen: ComponentType<ScreenProps> }>();
  const [isMissing, setMissing] = useState(false);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!place) return;
    setMissing(false);
    let isOver = false;
    place.load().then(
      (Screen) => isOver || setLoaded({ path: place.path, Screen }),
      () => isOver || setMissing(true),
    );
    document.title = `${t(place.title)} · Rollcall`;
    return () => {
      isOver = true;
    };
  }, [place]);
  const address = route.path.join('/');
  // Another address is another page.
  useEffect(() => scrollTo(0, 0), [address]);
  return (
    <main id="main" ref={main} tabIndex={-1}>
      {!navigator.onLine && <Offline />}
      {!place ? (
        <PageHead title={t('shell.nothing')} note={t('shell.nothingText')} />
      ) : isMissing ? (
        <Empty
          title={t('error.title')}
          action={
            <button type="button" onClick={() => location.reload()}>
              {t('action.reload')}
            </button>
          }
        >
          {t('error.unreachable')}
        </Empty>
      ) : loaded?.path === place.path ? (
        <loaded.Screen route={route} />
      ) : (
        <Skeleton />
      )}
    </main>
  );
};

const Offline = () => (
  <div class="banner" role="status">
    <Icon name="warn" />
    {t('error.offline')}
  </div>
);
