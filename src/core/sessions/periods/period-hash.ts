import { canonicalJson } from '../../../lib/canonical-json.ts';
import { sha256Hex } from '../../../lib/crypto.ts';
import type { Period, PeriodTotal } from './period.ts';

/**
 * SHA-256, as lower-case hex, over the canonical JSON (RFC 8785) of the period and its totals by account id:
 * `{communityId, from, id, to, totals: [[accId, ms, confirmedMs, watchedMs, sessions], ...]}`.
 */
export const hashPeriod = (
  communityId: string,
  { id, from, to }: Pick<Period, 'id' | 'from' | 'to'>,
  totals: readonly PeriodTotal[],
): Promise<string> =>
  sha256Hex(
    canonicalJson({
      communityId,
      id,
      from,
      to,
      totals: [...totals]
        .sort((a, b) => (a.accountId < b.accountId ? -1 : 1))
        .map(({ accountId, ms, confirmedMs, watchedMs, sessions }) => [
          accountId,
          ms,
          confirmedMs,
          watchedMs,
          sessions,
        ]),
    }),
  );
