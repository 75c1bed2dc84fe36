/** `npm run test:browser [-- --only=text] [-- --shots]`: the console in headless Chromium, against the real Worker. */
import { parseArgs } from 'node:util';
import { addLargeTests } from './large.ts';
import { runTests } from './runner.ts';
import { addScreenTests } from './screens.ts';
import { takeShots } from './shots.ts';
import { addTaskTests } from './tasks.ts';
import { startWorld, type World } from './world.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, shots: { type: 'boolean' } } });

let started: World | undefined;
const world = (): World => {
  if (!started) throw new Error('Nothing runs yet.');
  return started;
};

addTaskTests(world);
addScreenTests(world);
addLargeTests(world);

try {
  started = await startWorld();
  // The pictures are of the demo as it comes, before the tests change it.
  if (values.shots) await takeShots(started);
  process.exitCode = (await runTests(values.only)) > 0 ? 1 : 0;
} catch (error) {
  console.log(error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  await started?.stop();
}
