/** How much of each thing a community may have: the operator's word, far above what an honest community needs. */
export interface Quotas {
  readonly apiKeys: number;
  readonly serviceIds: number;
  readonly webhookEndpoints: number;
  readonly inboundWebhooks: number;
  readonly identifiersPerAccount: number;
  /** Of a day in UTC, by the time they came. */
  readonly logEntriesPerDay: number;
  readonly openSessions: number;
}

export const DEFAULT_QUOTAS: Quotas = {
  apiKeys: 500,
  serviceIds: 500,
  // Every event is a row per endpoint, in the batch of the change.
  webhookEndpoints: 20,
  inboundWebhooks: 200,
  identifiersPerAccount: 200,
  logEntriesPerDay: 2_000_000,
  openSessions: 50_000,
};

/** A change: null sets a quota back to its default. */
export type QuotasPatch = { readonly [K in keyof Quotas]?: Quotas[K] | null | undefined };

/** The quotas of a community, of whose row `stored` (JSON) is what differs from the defaults. */
export const toQuotas = (stored: string): Quotas =>
  stored === '{}' ? DEFAULT_QUOTAS : { ...DEFAULT_QUOTAS, ...JSON.parse(stored) };

const NAMES = Object.keys(DEFAULT_QUOTAS) as readonly (keyof Quotas)[];

/** The quotas after a change. */
export const changedQuotas = (before: Quotas, patch: QuotasPatch): Quotas => {
  const value = (name: keyof Quotas) =>
    patch[name] === undefined ? before[name] : (patch[name] ?? DEFAULT_QUOTAS[name]);
  return { ...before, ...Object.fromEntries(NAMES.map((name) => [name, value(name)])) };
};

/** What is stored of them. */
export const storedQuotas = (quotas: Quotas): string =>
  JSON.stringify(
    Object.fromEntries(
      NAMES.flatMap((name) => (quotas[name] === DEFAULT_QUOTAS[name] ? [] : [[name, quotas[name]]])),
    ),
  );
