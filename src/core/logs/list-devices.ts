import { readRows } from '../../db/client.ts';
import { type Page, pageOf } from '../../lib/page.ts';
import type { CommunityActor } from '../access/actor.ts';
import type { Ctx } from '../context.ts';
import type { LogEntry } from './model.ts';
import { selectDevices, toDeviceEntry } from './read-queries.ts';

/** A page of devices counts so many entries: those of one device at the most, and no further device from then on. */
const COUNTED = 20_000;

export interface Device {
  readonly serial: string;
  /** How many entries it has; where `isCountExact` is false, at least so many. */
  readonly entries: number;
  readonly isCountExact: boolean;
  readonly lastEntry: LogEntry;
}

/** The devices of the log behind `afterSerial`, by serial. A page may be short although more follow. */
export const listDevices = async (
  ctx: Ctx<CommunityActor>,
  { afterSerial = '', limit }: { afterSerial: string | undefined; limit: number },
): Promise<Page<Device>> => {
  const communityId = ctx.actor.community.id;
  const rows = await readRows(
    ctx.db,
    selectDevices({ communityId, afterSerial, limit: limit + 1, most: COUNTED }),
  );
  const devices = rows.map(
    (row): Device => ({
      serial: row.serial,
      entries: row.entries,
      isCountExact: row.entries < COUNTED,
      lastEntry: toDeviceEntry(row),
    }),
  );
  const page = pageOf(devices, limit);
  const counted = devices.reduce((sum, { entries }) => sum + entries, 0);
  return { items: page.items, hasMore: page.hasMore || counted >= COUNTED };
};
