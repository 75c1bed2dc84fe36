import { expect, it } from 'vitest';
import { CRONS } from '../../src/jobs/index.ts';
import { Harness, START } from '../harness.ts';
import { HOUR } from '../helpers.ts';
import { addCommunities, left } from '../many-communities.ts';
import { atScale } from '../scale.ts';

const COMMUNITIES = atScale({ full: 500, small: 100 });
const HOURLY = CRONS[1] as string;

it(`retention keeps its promise to each of ${COMMUNITIES} communities, run by run`, async () => {
  await addCommunities(COMMUNITIES);
  const app = new Harness({ vars: { MAX_STATEMENTS: '1000' } });
  const before = await left();
  expect(before).toEqual([COMMUNITIES, COMMUNITIES, COMMUNITIES]);
  let runs = 0;
  let now = START;
  for (let rows = before; rows.some((count) => count > 0); rows = await left()) {
    expect(runs++).toBeLessThan(30);
    await app.cron(now, HOURLY);
    now += HOUR;
  }
  expect(app.logs.filter(({ event }) => event === 'job_failed')).toEqual([]);
  // 15,000 transactions: a busy machine takes minutes.
}, 600_000);
