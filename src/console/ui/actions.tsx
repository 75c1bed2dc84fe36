/** Changes: a dialog that says what follows, keeps what was typed when the call fails, and a word when it is done. */
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { ApiError, withIdempotencyKey } from '../kit/api.ts';
import { Dialog, TextField } from './basics.tsx';
import { failureText } from './states.tsx';

export const ToastContext = createContext<(text: string) => void>(() => {});
/** Says that something is done. */
export const useToast = () => useContext(ToastContext);

export interface Work {
  readonly isBusy: boolean;
  readonly error: ApiError | undefined;
  /** The problem of a field, by its path in the body. */
  problemOf(path: string): string | undefined;
  run(work: () => Promise<void>): Promise<boolean>;
}

/** Not crypto.randomUUID, which browsers keep from pages over plain http. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

/** The same attempt again, unless something else was typed in between: that is another one. */
const runOnce = async (
  attempt: { current: string | undefined },
  work: () => Promise<void>,
): Promise<void> => {
  const isRepeated = attempt.current !== undefined;
  attempt.current ??= newKey();
  try {
    await withIdempotencyKey(attempt.current, work);
  } catch (failure) {
    if (!isRepeated || !(failure instanceof ApiError) || failure.status !== 422) throw failure;
    attempt.current = newKey();
    await withIdempotencyKey(attempt.current, work);
  }
  attempt.current = undefined;
};

/** Runs one change at a time and keeps its error. */
export const useWork = (): Work => {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const busy = useRef(false);
  const attempt = useRef<string>();
  return {
    isBusy,
    error,
    problemOf: (path) => error?.issues.find((issue) => issue.path === path)?.message,
    run: async (work) => {
      if (busy.current) return false;
      busy.current = true;
      setBusy(true);
      setError(undefined);
      try {
        await runOnce(attempt, work);
        return true;
      } catch (failure) {
        if (!(failure instanceof ApiError)) throw failure;
        // Only where nobody knows whether it was done is the next attempt the same one.
        if (failure.status !== 0 && failure.status < 500) attempt.current = undefined;
        setError(failure);
        return false;
      } finally {
        busy.current = false;
        setBusy(false);
      }
    },
  };
};

export const WorkError = ({ work }: { readonly work: Work }) =>
  work.error ? (
    <div class="banner bad" role="alert">
      <span class="grow">
        {failureText(work.error)}
        {work.error.issues
          .filter(({ path }) => path !== '')
          .map(({ path, message }) => (
            <span key={path} class="sub bad">
              <code>{path}</code> {message}
            </span>
          ))}
      </span>
    </div>
  ) : null;

/**
 * A change that wants to be meant. `typed` must be typed to confirm what cannot be undone. `reason` asks for one. Escape
 * closes it only while nothing was typed.
 */
export const ActionDialog = ({
  title,
  consequence,
  confirm,
  isDanger = false,
  typed,
  asksReason = false,
  children,
  canRun = true,
  onClose,
  onRun,
}: {
  readonly title: string;
  readonly consequence?: ComponentChildren;
  readonly confirm: string;
  readonly isDanger?: boolean;
  readonly typed?: string;
  readonly asksReason?: boolean;
  readonly children?: ComponentChildren;
  readonly canRun?: boolean;
  readonly onClose: () => void;
  readonly onRun: (reason: string) => Promise<void>;
}) => {
  const work = useWork();
  const [reason, setReason] = useState('');
  const [repeated, setRepeated] = useState('');
  const isReady =
    canRun && (!asksReason || reason.trim() !== '') && (typed === undefined || repeated === typed);
  return (
    <Dialog title={title} onClose={onClose} isStubborn={work.isBusy}>
      <form
        style={{ padding: 0 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void work.run(() => onRun(reason.trim())).then((isDone) => isDone && onClose());
        }}
      >
        {consequence && <div class="consequence">{consequence}</div>}
        {children}
        {asksReason && (
          <TextField
            label={t('action.reason')}
            hint={t('action.reasonHint')}
            value={reason}
            onValue={setReason}
            maxLength={500}
            required
            problem={work.problemOf('reason')}
          />
        )}
        {typed !== undefined && (
          <TextField
            label={t('action.type', { text: typed })}
            value={repeated}
            onValue={setRepeated}
            autoComplete="off"
          />
        )}
        <WorkError work={work} />
        <div class="row end">
          <button type="button" onClick={onClose}>
            {t('action.cancel')}
          </button>
          <button type="submit" class={isDanger ? 'danger' : 'primary'} disabled={!isReady || work.isBusy}>
            {work.isBusy ? t('action.working') : confirm}
          </button>
        </div>
      </form>
    </Dialog>
  );
};
