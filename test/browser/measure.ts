/** What a step costs the browser. */
import type { Page } from 'playwright-core';

/** The script that runs during a step, in milliseconds, as the profiler samples it. Layout and paint are not script. */
export const scriptMs = async (page: Page, step: () => Promise<unknown>): Promise<number> => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Profiler.enable');
  await devtools.send('Profiler.start');
  await step();
  const { profile } = await devtools.send('Profiler.stop');
  await devtools.detach();
  const isScript = new Map(
    profile.nodes.map(({ id, callFrame }) => [id, !/^\((idle|program|root)\)$/.test(callFrame.functionName)]),
  );
  const { samples = [], timeDeltas = [] } = profile;
  return samples.reduce(
    (sum, id, index) => sum + (isScript.get(id) ? (timeDeltas[index] ?? 0) / 1000 : 0),
    0,
  );
};
