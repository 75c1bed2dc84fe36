/** In and out: hours that were kept elsewhere, all of the community as a file, and that file brought in again. */
import { useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { api, call } from '../../kit/api.ts';
import { useViewer } from '../../kit/context.ts';
import { formatNumber } from '../../kit/format.ts';
import { forgetAll } from '../../kit/query.ts';
import { useToast, useWork, WorkError } from '../../ui/actions.tsx';
import { Card, Field } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Progress } from '../../ui/states.tsx';
import { Import } from './import.tsx';

export const Transfer = () => {
  const { may } = useViewer();
  return (
    <>
      {may('sessions:import') && <Import />}
      {may('admin') && (
        <div class="grid2">
          <Export />
          <BringIn />
        </div>
      )}
    </>
  );
};

/** A link, so that the browser writes the file while it comes: it may be larger than the memory of a page. */
const Export = () => (
  <Card title={t('export.title')} note={t('export.note')}>
    <div class="stack">
      <p class="small muted">{t('export.without')}</p>
      <div class="row">
        <a class="button" href="/v2/community/export" download="community.ndjson">
          <Icon name="download" />
          {t('export.run')}
        </a>
      </div>
    </div>
  </Card>
);

/** As many lines as one call takes. */
const MAX_LINES = 2000;

interface Brought {
  readonly lines: number;
  readonly imported: number;
  readonly duplicates: number;
  readonly skipped: number;
}

const BringIn = () => {
  const toast = useToast();
  const work = useWork();
  const [file, setFile] = useState<File>();
  const [all, setAll] = useState(0);
  const [sum, setSum] = useState<Brought>();
  const run = async (chosen: File) => {
    const lines = (await chosen.text()).split('\n').filter((line) => line.trim() !== '');
    let done = { lines: 0, imported: 0, duplicates: 0, skipped: 0 };
    setAll(lines.length);
    setSum(done);
    while (done.lines < lines.length) {
      const part = lines.slice(done.lines, done.lines + MAX_LINES);
      const answer = await call(() =>
        api.POST('/v2/community/import', {
          headers: { 'Content-Type': 'application/x-ndjson' },
          body: part.join('\n'),
          bodySerializer: (text: unknown) => String(text),
        }),
      );
      done = {
        lines: done.lines + part.length,
        imported: done.imported + answer.imported,
        duplicates: done.duplicates + answer.duplicates,
        skipped: done.skipped + answer.skipped,
      };
      setSum(done);
    }
    forgetAll();
    toast(t('bring.done', { n: done.imported }));
  };
  return (
    <Card title={t('bring.title')} note={t('bring.note')}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (file) void work.run(() => run(file));
        }}
      >
        <Field label={t('bring.file')} hint={t('bring.fileHint')}>
          {(ids) => (
            <input
              {...ids}
              type="file"
              accept=".ndjson,application/x-ndjson"
              onChange={(event) => {
                setFile(event.currentTarget.files?.[0]);
                setSum(undefined);
              }}
            />
          )}
        </Field>
        <WorkError work={work} />
        {sum && <Progress value={sum.lines} max={all} label={t('bring.progress')} />}
        {sum && (
          <p class="small" aria-live="polite">
            {t('bring.sum', {
              n: sum.imported,
              same: formatNumber(sum.duplicates),
              skipped: formatNumber(sum.skipped),
            })}
          </p>
        )}
        <div class="row">
          <button type="submit" disabled={!file || work.isBusy}>
            {work.isBusy ? t('action.working') : t('bring.run')}
          </button>
        </div>
      </form>
    </Card>
  );
};
