/** What an endpoint is: where it is, what it hears of, and how that looks there, with a look at a message before it is sent. */
import { useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { formatDuration } from '../../kit/format.ts';
import { useQuery } from '../../kit/query.ts';
import { Segmented, SelectField, TextField } from '../../ui/basics.tsx';
import { Reading } from '../../ui/states.tsx';

const FORMATS = ['standard', 'discord', 'slack'] as const;
export type Format = (typeof FORMATS)[number];

/** Kinds of events, as people think of them; any other pattern that an endpoint has is kept, and shown by its name. */
const GROUPS = ['session.*', 'server.*', 'account.*', 'log.*', 'account_activity.*'] as const;
const EVENTS = [
  'session.started',
  'session.stopped',
  'session.auto_closed',
  'session.stale',
  'session.superseded',
  'session.cleared',
  'session.corrected',
  'server.reset',
  'server.roster_incomplete',
  'account.created',
  'log.appended',
  'account_activity.recorded',
] as const;
const PATTERNS = ['*', ...GROUPS, ...EVENTS] as const;
type Pattern = (typeof PATTERNS)[number];
/** What an endpoint hears of, of what there is. */
export const patternsIn = (events: readonly string[]): Pattern[] =>
  PATTERNS.filter((pattern) => events.includes(pattern));

/** Seconds that a channel gathers events for; 0 for one message each. */
const DIGESTS = [0, 30, 60, 300, 900, 3600] as const;
const USUAL_DIGEST = 60;

export interface EndpointFields {
  readonly url: string;
  readonly format: Format;
  readonly description: string;
  readonly events: readonly Pattern[];
  readonly digestSeconds: number;
}

export const NEW_ENDPOINT: EndpointFields = {
  url: '',
  format: 'standard',
  description: '',
  events: ['session.*'],
  digestSeconds: 0,
};

/** The body of the calls that make and change an endpoint. */
export const toEndpointBody = ({ url, format, description, events, digestSeconds }: EndpointFields) => ({
  url: url.trim(),
  format,
  events: [...events],
  description: description.trim() === '' ? null : description.trim(),
  digestSeconds: format === 'standard' || digestSeconds === 0 ? null : digestSeconds,
});

/** The ready-made set-ups: a channel takes its own format, and gathers what happens within a minute. */
const withFormat = (fields: EndpointFields, format: Format): EndpointFields => ({
  ...fields,
  format,
  digestSeconds: format === 'standard' ? 0 : fields.digestSeconds || USUAL_DIGEST,
});

const formatOf = (url: string): Format | undefined =>
  /^https:\/\/([\w-]+\.)?discord(app)?\.com\/api\/webhooks\//.test(url)
    ? 'discord'
    : /^https:\/\/hooks\.slack(-gov)?\.com\//.test(url)
      ? 'slack'
      : undefined;

export const EndpointForm = ({
  fields,
  onFields,
  problemOf = () => undefined,
  urlHint,
}: {
  readonly fields: EndpointFields;
  readonly onFields: (fields: EndpointFields) => void;
  readonly problemOf?: (path: string) => string | undefined;
  /** For one whose address is not shown again. */
  readonly urlHint?: string;
}) => {
  const { url, format, description, events, digestSeconds } = fields;
  const others = events.filter((pattern) => !GROUPS.some((group) => group === pattern));
  const toggle = (pattern: Pattern, isOn: boolean) =>
    onFields({
      ...fields,
      events: isOn ? [...events, pattern] : events.filter((one) => one !== pattern),
    });
  return (
    <>
      <div class="field">
        <span class="label">{t('hooks.goesTo')}</span>
        <div>
          <Segmented
            label={t('hooks.goesTo')}
            value={format}
            options={FORMATS.map((one) => [one, t(`hooks.goesTo.${one}`)] as const)}
            onValue={(next) => onFields(withFormat(fields, next))}
          />
        </div>
      </div>
      <TextField
        type="url"
        label={t('hooks.url')}
        hint={urlHint ?? t(`hooks.urlHint.${format}`)}
        problem={problemOf('url')}
        value={url}
        onValue={(next) => {
          const changed = { ...fields, url: next };
          const known = formatOf(next);
          onFields(known && known !== format ? withFormat(changed, known) : changed);
        }}
        required={urlHint === undefined}
      />
      <div class="fields">
        <TextField
          label={t('hooks.description')}
          value={description}
          onValue={(next) => onFields({ ...fields, description: next })}
          maxLength={200}
        />
        {format !== 'standard' && (
          <SelectField
            label={t('hooks.digest')}
            value={String(digestSeconds)}
            options={[...new Set([...DIGESTS, digestSeconds])]
              .sort((a, b) => a - b)
              .map(
                (seconds) =>
                  [
                    String(seconds),
                    seconds === 0
                      ? t('hooks.digest.none')
                      : t('hooks.digest.each', { time: formatDuration(seconds * 1000) }),
                  ] as const,
              )}
            onValue={(next) => onFields({ ...fields, digestSeconds: Number(next) })}
          />
        )}
      </div>
      <fieldset>
        <legend>{t('hooks.events')}</legend>
        {GROUPS.map((group) => (
          <label class="check" key={group}>
            <input
              type="checkbox"
              checked={events.includes(group) || events.includes('*')}
              disabled={events.includes('*')}
              onChange={(event) => toggle(group, event.currentTarget.checked)}
            />
            <span>
              {t(`hooks.group.${group}`)} <code class="muted">{group}</code>
            </span>
          </label>
        ))}
        {others.map((pattern) => (
          <label class="check" key={pattern}>
            <input type="checkbox" checked onChange={() => toggle(pattern, false)} />
            <span>
              {pattern === '*' ? t('hooks.group.*') : t('hooks.only')} <code class="muted">{pattern}</code>
            </span>
          </label>
        ))}
      </fieldset>
      <details>
        <summary>{t('hooks.preview')}</summary>
        <Preview key={format} format={format} isDigest={format !== 'standard' && digestSeconds > 0} />
      </details>
    </>
  );
};

type Previewed = (typeof EVENTS)[number] | 'digest';

/** A made-up event as the receiver would get it: a channel's message as it looks there, and the body itself. */
export const Preview = ({ format, isDigest }: { readonly format: Format; readonly isDigest: boolean }) => {
  const [chosen, setEvent] = useState<Previewed>();
  const event = chosen ?? (isDigest ? 'digest' : 'session.started');
  const query = useQuery(`preview ${format} ${event}`, () =>
    call(() => api.POST('/v2/community/webhook-endpoints/preview', { body: { format, event } })),
  );
  return (
    <div class="stack preview">
      <SelectField
        label={t('hooks.event')}
        value={event}
        options={[
          ...(isDigest ? [['digest', t('hooks.digestEvent')] as const] : []),
          ...EVENTS.map((one) => [one, one] as const),
        ]}
        onValue={setEvent}
      />
      <Reading query={query} lines={3}>
        {({ body }) => (
          <>
            {format !== 'standard' && <ChannelMessage lines={linesOf(format, body)} />}
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
            <pre tabIndex={0}>{JSON.stringify(body, null, 2)}</pre>
          </>
        )}
      </Reading>
      <p class="small muted">{t('hooks.previewNote')}</p>
    </div>
  );
};

const ChannelMessage = ({ lines }: { readonly lines: readonly string[] }) => (
  <blockquote class="message">
    {lines.map((line, index) => (
      <p key={line} class={index === 0 ? '' : 'small muted'}>
        {index === 0 ? <strong>{line}</strong> : line}
      </p>
    ))}
  </blockquote>
);

type Body = Data<'previewWebhook'>['body'];
const EMOJI: Readonly<Record<string, string>> = {
  ':large_green_circle:': '🟢',
  ':large_blue_circle:': '🔵',
  ':large_yellow_circle:': '🟡',
  ':red_circle:': '🔴',
};

/** The texts of a message, without the marks of the channel's own language. */
const linesOf = (format: Format, body: Body): string[] =>
  textsOf(format === 'discord' ? body.embeds : body.blocks)
    .flatMap((text) => text.split('\n'))
    .map((text) => text.replace(/:\w+:/g, (name) => EMOJI[name] ?? name).replace(/\\(.)|\*/g, '$1'));

/** Every text in the order in which it is shown; what is no text (`type`, `timestamp`) has another name. */
const textsOf = (node: unknown): string[] => {
  if (Array.isArray(node)) return node.flatMap(textsOf);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    typeof value === 'string' ? (/^(title|description|text)$/.test(name) ? [value] : []) : textsOf(value),
  );
};
