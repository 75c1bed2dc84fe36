/** A secret that is shown once: it leaves only by the button, after it was copied or somebody said that it is kept. */
import { useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { CopyButton, Dialog } from './basics.tsx';

export const SecretDialog = ({
  title,
  note,
  secret,
  onClose,
}: {
  readonly title: string;
  readonly note: string;
  readonly secret: string;
  readonly onClose: () => void;
}) => {
  const [isKept, setKept] = useState(false);
  return (
    <Dialog title={title} onClose={onClose} isStubborn>
      <p class="muted">{note}</p>
      <div class="secret">
        <code>{secret}</code>
        {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: a click on the button inside is heard. */}
        <span onClick={() => setKept(true)}>
          <CopyButton text={secret} label={t('action.copy')} />
        </span>
      </div>
      <label class="check">
        <input type="checkbox" checked={isKept} onChange={(event) => setKept(event.currentTarget.checked)} />
        {t('secret.kept')}
      </label>
      <div class="row end">
        <button type="button" class="primary" disabled={!isKept} onClick={onClose}>
          {t('action.close')}
        </button>
      </div>
    </Dialog>
  );
};
