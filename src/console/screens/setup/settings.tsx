/** The settings, each with what it means; what changes is saved as one. */
import { useState } from 'preact/hooks';
import { t, textOf } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { formatDuration } from '../../kit/format.ts';
import { useQuery } from '../../kit/query.ts';
import { useToast, useWork, WorkError } from '../../ui/actions.tsx';
import { Card } from '../../ui/basics.tsx';
import { Reading } from '../../ui/states.tsx';

type Values = Data<'getSettings'>;
type Value = string | number | boolean | null;

/** Settings that hold one of a few words. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  unconfirmedEnd: ['last-seen', 'close-time'],
  weekStart: ['monday', 'saturday', 'sunday'],
  emptyReportStatus: ['404', '200'],
};

/** The order in which people ask for them; one that the console does not know yet comes last, by its own name. */
const ORDER = [
  'timezone',
  'weekStart',
  'autoCreateAccounts',
  'idleTimeoutSeconds',
  'heartbeatTimeoutSeconds',
  'heartbeatStepSeconds',
  'maxSessionSeconds',
  'resetGraceSeconds',
  'unconfirmedEnd',
  'sessionRetentionDays',
  'logRetentionDays',
  'accountActivityRetentionDays',
  'emptyReportStatus',
];
const placeOf = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

export const Settings = () => {
  const query = useQuery('settings', () => call(() => api.GET('/v2/community/settings')));
  return (
    <Card flush title={t('setup.settings')} note={t('settings.note')}>
      <Reading query={query} lines={10}>
        {(values) => <SettingsForm key={query.at} values={values} onSaved={() => void query.refresh()} />}
      </Reading>
    </Card>
  );
};

const SettingsForm = ({ values, onSaved }: { readonly values: Values; readonly onSaved: () => void }) => {
  const toast = useToast();
  const work = useWork();
  const [changes, setChanges] = useState<Readonly<Record<string, Value>>>({});
  const names = Object.keys(values).sort((a, b) => placeOf(a) - placeOf(b));
  const before: Readonly<Record<string, Value>> = values;
  const set = (name: string, value: Value) => {
    const { [name]: _, ...others } = changes;
    setChanges(value === before[name] ? others : { ...others, [name]: value });
  };
  const count = Object.keys(changes).length;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void work.run(async () => {
          // Each value came from the field of its own name; what does not fit is refused with that name.
          await call(() => api.PATCH('/v2/community/settings', { body: changes as Partial<Values> }));
          toast(t('settings.saved'));
          onSaved();
        });
      }}
    >
      {names.map((name) => (
        <Setting
          key={name}
          name={name}
          value={name in changes ? (changes[name] ?? null) : (before[name] ?? null)}
          type={typeof before[name]}
          problem={work.problemOf(name)}
          onValue={(value) => set(name, value)}
        />
      ))}
      <div style={{ padding: '14px 16px' }} class="stack">
        <WorkError work={work} />
        <div class="row">
          <button type="submit" class="primary" disabled={count === 0 || work.isBusy}>
            {work.isBusy
              ? t('action.working')
              : count === 0
                ? t('action.save')
                : t('settings.save', { n: count })}
          </button>
          {count > 0 && (
            <button type="button" onClick={() => setChanges({})}>
              {t('action.cancel')}
            </button>
          )}
        </div>
      </div>
    </form>
  );
};

const Setting = ({
  name,
  value,
  type,
  problem,
  onValue,
}: {
  readonly name: string;
  readonly value: Value;
  readonly type: string;
  readonly problem: string | undefined;
  readonly onValue: (value: Value) => void;
}) => {
  const id = `setting-${name}`;
  const described = { id, 'aria-describedby': `${id}-text`, 'aria-invalid': problem !== undefined };
  const choices = CHOICES[name];
  const isNumber = type === 'number' || /(Seconds|Days)$/.test(name);
  return (
    <div class="setting">
      <div>
        <label for={id}>
          <h3>{textOf(`setting.${name}`, name)}</h3>
        </label>
        <p id={`${id}-text`}>{textOf(`setting.${name}.text`, '')}</p>
        {problem && <p class="bad">{problem}</p>}
      </div>
      <div>
        {type === 'boolean' ? (
          <input
            {...described}
            type="checkbox"
            checked={value === true}
            onChange={(event) => onValue(event.currentTarget.checked)}
          />
        ) : choices ? (
          <select
            {...described}
            value={String(value)}
            onChange={(event) => {
              const chosen = event.currentTarget.value;
              onValue(type === 'number' ? Number(chosen) : chosen);
            }}
          >
            {choices.map((choice) => (
              <option key={choice} value={choice} selected={choice === String(value)}>
                {textOf(`setting.${name}.${choice}`, choice)}
              </option>
            ))}
          </select>
        ) : isNumber ? (
          <>
            <input
              {...described}
              type="number"
              min={0}
              value={value === null ? '' : String(value)}
              placeholder={t('settings.forEver')}
              onInput={(event) =>
                onValue(event.currentTarget.value === '' ? null : Number(event.currentTarget.value))
              }
            />
            {name.endsWith('Seconds') && typeof value === 'number' && (
              <span class="sub">{formatDuration(value * 1000)}</span>
            )}
          </>
        ) : (
          <input
            {...described}
            value={String(value ?? '')}
            {...(name === 'timezone' && { list: 'zones' })}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
        )}
        {name === 'timezone' && (
          <datalist id="zones">
            {Intl.supportedValuesOf('timeZone').map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        )}
      </div>
    </div>
  );
};
