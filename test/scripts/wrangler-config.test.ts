import '../../src/docs/with-docs.ts';
import { expect, it } from 'vitest';
import { unstable_readConfig as readConfig } from 'wrangler';
import { POLICIES } from '../../src/api/kit/rate-limit.ts';

const production = readConfig({ config: 'wrangler.toml' });
const staging = readConfig({ config: 'wrangler.toml', env: 'staging' });

/** What may differ: where it goes, what it is called, and how much of it is logged. */
const WANTED_TO_DIFFER = new Set(['name', 'targetEnvironment', 'observability']);

it('staging has all that the top level has: wrangler inherits no variable, no binding and no define', () => {
  const withoutNames = (config: typeof production) =>
    Object.fromEntries(
      Object.entries(config)
        .filter(([key]) => !WANTED_TO_DIFFER.has(key))
        .map(([key, value]) => [
          key,
          JSON.parse(
            JSON.stringify(value ?? null, (name, inner) =>
              ['database_name', 'namespace_id'].includes(name) ? '' : inner,
            ),
          ),
        ]),
    );
  expect(withoutNames(staging)).toEqual(withoutNames(production));
});

it('staging shares no database and no counter with production', () => {
  const namesOf = ({ name, d1_databases, ratelimits }: typeof production) => [
    name,
    ...d1_databases.map(({ database_name }) => database_name),
    ...ratelimits.map(({ namespace_id }) => namespace_id),
  ];
  const ofProduction = new Set(namesOf(production));
  expect(namesOf(staging).filter((name) => ofProduction.has(name))).toEqual([]);
});

it('the tracked file names the database and has no id, no secret, no local switch and no preview', () => {
  for (const { d1_databases, vars, preview_urls, observability } of [production, staging]) {
    expect(d1_databases.flatMap(({ database_id }) => database_id ?? [])).toEqual([]);
    expect(Object.keys(vars)).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(ADMIN_TOKEN|TOKEN_SECRET|ANONYMOUS_COMMUNITY|WEBHOOK_ALLOW_PRIVATE)$/),
      ]),
    );
    expect(preview_urls).toBe(false);
    expect(observability?.enabled).toBe(true);
  }
  expect(production.observability?.head_sampling_rate).toBeLessThanOrEqual(0.1);
});

it('the limits are those that every answer tells', () => {
  const limits = Object.fromEntries(
    production.ratelimits.map(({ name, simple }) => [name, { q: simple.limit, w: simple.period }]),
  );
  expect(limits).toEqual({
    RATE_LIMITER: POLICIES.calls,
    EXPENSIVE_LIMITER: POLICIES.expensive,
    FAILURE_LIMITER: POLICIES.failures,
  });
});
