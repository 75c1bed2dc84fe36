/** The small parts that every screen is made of. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { formatAgo, formatDateTime, formatFull, formatTime } from '../kit/format.ts';
import { Icon, type IconName } from './icons.tsx';

/** What somebody is called, cut in the style and not in the text; their id where nothing of it can be seen. */
export const Name = ({ name, id }: { readonly name?: string | null | undefined; readonly id: string }) => {
  const visible = name?.replace(/[\p{Cf}\p{Z}\p{Cc}]/gu, '');
  const shown = visible ? (name as string) : shortId(id);
  return (
    <bdi class="cut" title={visible ? shown : id}>
      {shown}
    </bdi>
  );
};

export const shortId = (id: string): string => (id.length > 13 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id);

/** An instant: relative or by the clock, and all of it for who hovers; its ISO form for who copies. */
export const Instant = ({
  at,
  zone,
  now,
  as = 'date-time',
}: {
  readonly at: string | number;
  readonly zone: string;
  readonly now?: number;
  readonly as?: 'ago' | 'time' | 'date-time';
}) => {
  const epochMs = typeof at === 'number' ? at : Date.parse(at);
  const text =
    as === 'ago' && now !== undefined
      ? formatAgo(epochMs, now)
      : as === 'time'
        ? formatTime(epochMs, zone)
        : formatDateTime(epochMs, zone);
  return (
    <time dateTime={new Date(epochMs).toISOString()} title={formatFull(epochMs, zone)}>
      {text}
    </time>
  );
};

export type Tone = 'good' | 'warn' | 'bad' | 'muted';

/** A state: never by colour alone. */
export const Badge = ({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) => {
  const icons: Record<Tone, IconName> = { good: 'good', warn: 'warn', bad: 'bad', muted: 'minus' };
  return (
    <span class={`badge ${tone}`}>
      <Icon name={icons[tone]} />
      {children}
    </span>
  );
};

export const Card = ({
  title,
  note,
  actions,
  flush = false,
  children,
}: {
  readonly title?: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly flush?: boolean;
  readonly children: ComponentChildren;
}) => {
  const id = useId();
  return (
    <section class="card" {...(title ? { 'aria-labelledby': id } : {})}>
      {title && (
        <header>
          <div>
            <h2 id={id}>{title}</h2>
            {note && <p class="small muted">{note}</p>}
          </div>
          {actions && <div class="row">{actions}</div>}
        </header>
      )}
      <div class={flush ? 'flush' : 'body'}>{children}</div>
    </section>
  );
};

/** A labelled control; `children` gets the ids that tie it to its label, hint and problem. */
export const Field = ({
  label,
  hint,
  problem,
  wide = false,
  children,
}: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly problem?: string | undefined;
  readonly wide?: boolean;
  readonly children: (props: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => ComponentChildren;
}) => {
  const id = useId();
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  return (
    <div class={wide ? 'field wide' : 'field'}>
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': problem !== undefined })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p class="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
};

export const TextField = ({
  label,
  hint,
  problem,
  value,
  onValue,
  wide,
  ...input
}: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly problem?: string | undefined;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly wide?: boolean;
} & Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'value' | 'label' | 'wide'>) => (
  <Field label={label} hint={hint} problem={problem} wide={wide ?? false}>
    {(ids) => (
      <input {...input} {...ids} value={value} onInput={(event) => onValue(event.currentTarget.value)} />
    )}
  </Field>
);

export const SelectField = <V extends string>({
  label,
  hint,
  value,
  options,
  onValue,
  wide = false,
}: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly value: V;
  readonly options: readonly (readonly [value: V, text: string])[];
  readonly onValue: (value: V) => void;
  readonly wide?: boolean;
}) => (
  <Field label={label} hint={hint} wide={wide}>
    {(ids) => (
      // The DOM knows no type of a value; the options have no other ones.
      <select {...ids} value={value} onChange={(event) => onValue(event.currentTarget.value as V)}>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    )}
  </Field>
);

/** One of a few, side by side. */
export const Segmented = <V extends string>({
  label,
  value,
  options,
  onValue,
}: {
  readonly label: string;
  readonly value: V;
  readonly options: readonly (readonly [value: V, text: string])[];
  readonly onValue: (value: V) => void;
}) => (
  <fieldset class="segmented" aria-label={label}>
    {options.map(([option, text]) => (
      <button key={option} type="button" aria-pressed={option === value} onClick={() => onValue(option)}>
        {text}
      </button>
    ))}
  </fieldset>
);

export const CopyButton = ({ text, label }: { readonly text: string; readonly label?: string }) => {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  // Browsers keep the clipboard from pages over plain http: there the text can be marked.
  if (!('clipboard' in navigator)) return null;
  return (
    <button
      type="button"
      class={label === undefined ? 'plain icon-only' : ''}
      aria-label={label === undefined ? t('action.copy') : undefined}
      title={t('action.copy')}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      <Icon name={isCopied ? 'good' : 'copy'} />
      {label !== undefined && (isCopied ? t('action.copied') : label)}
    </button>
  );
};

/** A dialog of the browser's own: focus stays inside, Escape closes it, unless something would be lost. */
export const Dialog = ({
  title,
  onClose,
  wide = false,
  isStubborn = false,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /** Escape does nothing: there is something on it that is shown once. */
  readonly isStubborn?: boolean;
  readonly children: ComponentChildren;
}) => {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide ? 'wide' : ''}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!isStubborn) onClose();
      }}
      onKeyDown={(event) => {
        // Chromium lets a second Escape through.
        if (event.key === 'Escape' && isStubborn) event.preventDefault();
      }}
    >
      <div class="inside">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
};

/** What is current is in sight, also where a row of links is wider than a phone. */
export const useCurrentInSight = (current: string | undefined) => {
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    const link = row.current?.querySelector<HTMLElement>('[aria-current]');
    if (row.current && link) {
      const { left, width } = link.getBoundingClientRect();
      const frame = row.current.getBoundingClientRect();
      row.current.scrollLeft += left + width / 2 - frame.left - frame.width / 2;
    }
  }, [current]);
  return row;
};

export const Tabs = ({
  label,
  items,
}: {
  readonly label: string;
  readonly items: readonly { readonly href: string; readonly text: string; readonly isCurrent: boolean }[];
}) => {
  const row = useCurrentInSight(items.find(({ isCurrent }) => isCurrent)?.href);
  return (
    <nav class="tabs" aria-label={label} ref={row}>
      {items.map(({ href, text, isCurrent }) => (
        <a key={href} href={href} aria-current={isCurrent ? 'page' : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
};
