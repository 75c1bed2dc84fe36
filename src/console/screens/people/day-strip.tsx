/** A day from midnight to midnight, a lane a server: solid is known, hatched is what nobody confirmed. */
import { t } from '../../i18n/index.ts';
import { formatTime } from '../../kit/format.ts';
import { serverName, useServerNames } from '../../kit/servers.ts';
import { addDays, fromLocal, HOUR } from '../../kit/time.ts';
import type { Session } from './sessions.tsx';

export const DayStrip = ({
  day,
  zone,
  now,
  sessions,
}: {
  readonly day: string;
  readonly zone: string;
  readonly now: number;
  readonly sessions: readonly Session[];
}) => {
  const names = useServerNames();
  const start = fromLocal(day, zone);
  const end = fromLocal(addDays(day, 1), zone);
  const counted = sessions.filter(({ voidedAt, closeKind }) => !voidedAt && closeKind !== 'cleared');
  const lanes = [...Map.groupBy(counted, ({ serverId }) => serverId)].sort(([a], [b]) => a - b);
  if (lanes.length === 0) return null;
  const percent = (at: number) => Math.min(Math.max(((at - start) / (end - start)) * 100, 0), 100);
  const ticks = Array.from({ length: 5 }, (_, index) => start + ((end - start) / 4) * index);
  return (
    <div class="strip" style={{ padding: '4px 16px 14px' }}>
      {lanes.map(([serverId, own]) => (
        <div class="lane" key={serverId}>
          <span class="muted">{serverName(serverId, names)}</span>
          <div class="track">
            {own.map((session) => {
              const from = Date.parse(session.start);
              const to = session.end ? Date.parse(session.end) : Math.min(now, end);
              const left = percent(from);
              const label = `${formatTime(from, zone)} – ${session.end ? formatTime(to, zone) : t('session.open')}`;
              return (
                <a
                  key={session.id}
                  href={`#${session.id}`}
                  class={session.unconfirmed || !session.end ? 'unsure hatched' : ''}
                  style={{ left: `${left}%`, width: `${Math.max(percent(to) - left, 0.3)}%` }}
                  title={`${label}${from < start ? ` · ${t('session.continuesBefore')}` : ''}${to > end ? ` · ${t('session.continuesAfter')}` : ''}`}
                  onClick={(event) => {
                    event.preventDefault();
                    const row = document.getElementById(`session-${session.id}`);
                    row?.scrollIntoView({ block: 'center' });
                    row?.focus();
                  }}
                >
                  <span class="sr">{label}</span>
                </a>
              );
            })}
          </div>
        </div>
      ))}
      <div class="lane">
        <span />
        <div class="ticks" aria-hidden="true">
          {ticks.map((tick, index) => (
            <span key={tick}>
              {index === 4 && tick - start === 24 * HOUR ? '24:00' : formatTime(tick, zone)}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
};
