import { useState } from 'preact/hooks';
import { t } from './i18n/index.ts';
import { type Me, signIn, signInAsOperator } from './kit/session.ts';
import { useWork } from './ui/actions.tsx';
import { TextField } from './ui/basics.tsx';
import { failureText } from './ui/states.tsx';

/** A key, or the operator's token, for a cookie. What was typed stays where the call fails. */
export const SignIn = ({
  onDone,
  isOperator: startsAsOperator = false,
}: {
  readonly onDone: (me: Me | undefined) => void;
  readonly isOperator?: boolean;
}) => {
  const work = useWork();
  const [isOperator, setOperator] = useState(startsAsOperator);
  const [secret, setSecret] = useState('');
  return (
    <form
      style={{ padding: 0 }}
      onSubmit={(event) => {
        event.preventDefault();
        void work.run(async () => {
          if (isOperator) await signInAsOperator(secret.trim());
          const me = isOperator ? undefined : await signIn(secret.trim());
          setSecret('');
          onDone(me);
        });
      }}
    >
      <TextField
        label={isOperator ? t('signIn.token') : t('signIn.key')}
        hint={isOperator ? t('signIn.tokenHint') : t('signIn.keyHint')}
        problem={work.error && (work.error.status === 401 ? t('signIn.wrong') : failureText(work.error))}
        type="password"
        name="secret"
        autoComplete="current-password"
        value={secret}
        onValue={setSecret}
        required
      />
      <button type="submit" class="primary" disabled={work.isBusy || secret.trim() === ''}>
        {work.isBusy ? t('action.working') : t('signIn.submit')}
      </button>
      <button
        type="button"
        class="link"
        style={{ justifySelf: 'start' }}
        onClick={() => setOperator(!isOperator)}
      >
        {isOperator ? t('signIn.asMember') : t('signIn.asOperator')}
      </button>
    </form>
  );
};
