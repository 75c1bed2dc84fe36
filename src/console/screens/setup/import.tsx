/** Hours that were kept elsewhere: a file, what would become of each row, and only then the rows themselves. */
import { useMemo, useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { type CsvPart, csvParts, lineOfFile, withLineOfFile } from '../../kit/csv.ts';
import { formatNumber, formatZone } from '../../kit/format.ts';
import { forgetAll } from '../../kit/query.ts';
import { useToast, useWork, WorkError } from '../../ui/actions.tsx';
import { Badge, Card, Field, SelectField, TextField } from '../../ui/basics.tsx';
import { Progress } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';

type Result = Data<'importActivity'>;
type Dates = 'iso' | 'dmy' | 'mdy';

const SAMPLE = 'username,serverId,start,end\nana,1,2026-11-16 18:00,2026-11-16 22:30\n';
/** As many rows as one call takes: a larger file goes in parts. */
const PART = 1000;
/** What a browser should hold and look at; a larger file is for `npm run import`. */
const MAX_ROWS = 50_000;
const MAX_SHOWN = 50;

const NOTHING = (dryRun: boolean): Result => ({
  dryRun,
  imported: 0,
  duplicates: 0,
  refused: 0,
  results: [],
});

/** Lines of a part, which begins with the header, as those of the whole file. */
const added = (sum: Result, part: Result, place: CsvPart): Result => ({
  dryRun: part.dryRun,
  imported: sum.imported + part.imported,
  duplicates: sum.duplicates + part.duplicates,
  refused: sum.refused + part.refused,
  results: [
    ...sum.results,
    ...part.results.map((result) => ({
      ...result,
      index: sum.results.length + result.index,
      ...(result.line !== undefined && { line: lineOfFile(result.line, place) }),
      ...(result.message !== undefined && { message: withLineOfFile(result.message, place) }),
    })),
  ],
});

export const Import = () => {
  const { zone } = useViewer();
  const toast = useToast();
  const work = useWork();
  const [csv, setCsv] = useState('');
  const [dates, setDates] = useState<Dates>('iso');
  const [serverId, setServerId] = useState('');
  const [result, setResult] = useState<Result>();
  const [done, setDone] = useState(0);
  const parts = useMemo(() => csvParts(csv, PART), [csv]);
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const isTooLarge = rows > MAX_ROWS;
  const run = (isTrial: boolean) =>
    work.run(async () => {
      let sum = NOTHING(isTrial);
      setDone(0);
      for (const part of parts) {
        const answer = await call(() =>
          api.POST('/v2/community/activity/import', {
            params: {
              query: {
                dryRun: isTrial ? 'true' : 'false',
                dates,
                ...(serverId !== '' && { serverId: Number(serverId) }),
              },
            },
            headers: { 'Content-Type': 'text/csv' },
            body: part.text as never,
            bodySerializer: (text: unknown) => String(text),
          }),
        );
        sum = added(sum, answer, part);
        setDone((before) => before + part.rows);
      }
      setResult(sum);
      if (isTrial) return;
      forgetAll();
      toast(t('import.done', { n: sum.imported }));
    });
  return (
    <Card title={t('import.title')} note={t('import.note', { zone: formatZone(zone, Date.now()) })}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void run(true);
        }}
      >
        <Field label={t('import.file')} hint={t('import.fileHint')}>
          {(ids) => (
            <input
              {...ids}
              type="file"
              accept=".csv,text/csv,text/plain"
              onChange={(event) => {
                setResult(undefined);
                void event.currentTarget.files?.[0]?.text().then(setCsv);
              }}
            />
          )}
        </Field>
        <Field
          label={t('import.rows')}
          hint={t('import.columns')}
          problem={isTooLarge ? t('import.tooLarge', { n: rows, max: MAX_ROWS }) : undefined}
        >
          {(ids) =>
            rows > PART ? (
              // A field with so many lines would be slow, and nobody reads them in it.
              <div {...ids} class="row small">
                {t('import.inFile', { n: rows })}
                <button type="button" class="link" onClick={() => setCsv('')}>
                  {t('import.other')}
                </button>
              </div>
            ) : (
              <textarea
                {...ids}
                class="code"
                spellcheck={false}
                placeholder={SAMPLE}
                value={csv}
                onInput={(event) => {
                  setCsv(event.currentTarget.value);
                  setResult(undefined);
                }}
              />
            )
          }
        </Field>
        <div class="fields">
          <SelectField
            label={t('import.dates')}
            value={dates}
            options={[
              ['iso', '2026-11-25'],
              ['dmy', t('import.dmy')],
              ['mdy', t('import.mdy')],
            ]}
            onValue={(next) => {
              setDates(next);
              setResult(undefined);
            }}
          />
          <TextField
            type="number"
            min={1}
            label={t('import.server')}
            hint={t('import.serverHint')}
            value={serverId}
            onValue={(next) => {
              setServerId(next);
              setResult(undefined);
            }}
          />
        </div>
        <WorkError work={work} />
        {work.isBusy && parts.length > 1 && <Progress value={done} max={rows} label={t('import.progress')} />}
        <div class="row">
          <button
            type="submit"
            class={result?.dryRun ? '' : 'primary'}
            disabled={work.isBusy || rows < 1 || isTooLarge}
          >
            {work.isBusy ? t('action.working') : t('import.preview')}
          </button>
          {result?.dryRun && (
            <button
              type="button"
              class="primary"
              disabled={work.isBusy || result.imported === 0}
              onClick={() => void run(false)}
            >
              {t('import.run', { n: result.imported })}
            </button>
          )}
        </div>
      </form>
      {result && <Outcome result={result} />}
    </Card>
  );
};

const TONES = { imported: 'good', duplicate: 'muted', refused: 'bad' } as const;

const Outcome = ({ result }: { readonly result: Result }) => {
  const notable = result.results.filter(({ status }) => status !== 'imported');
  return (
    <div class="stack" style={{ marginTop: '16px' }} aria-live="polite">
      <p>
        <strong>
          {t(result.dryRun ? 'import.would' : 'import.did', {
            n: result.imported,
            same: formatNumber(result.duplicates),
            refused: formatNumber(result.refused),
          })}
        </strong>
      </p>
      {notable.length > MAX_SHOWN && (
        <p class="small muted">{t('table.shownOf', { n: MAX_SHOWN, all: notable.length })}</p>
      )}
      {notable.length > 0 && (
        <Table
          caption={t('import.notable')}
          rows={notable.slice(0, MAX_SHOWN)}
          keyOf={({ index }) => index}
          columns={[
            {
              title: t('import.line'),
              isRank: true,
              cell: ({ line, index }) => formatNumber(line ?? index + 1),
            },
            {
              title: t('hooks.outcome'),
              isHeader: true,
              cell: ({ status }) => <Badge tone={TONES[status]}>{t(`import.status.${status}`)}</Badge>,
            },
            {
              title: t('session.reason'),
              cell: ({ message, errors }) => (
                <>
                  {message}
                  {errors?.map(({ path, message: problem }) => (
                    <span class="sub" key={path}>
                      <code>{path}</code> {problem}
                    </span>
                  ))}
                </>
              ),
            },
          ]}
        />
      )}
    </div>
  );
};
