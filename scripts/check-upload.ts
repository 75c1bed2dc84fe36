/**
 * A step of `npm run check`: the Worker's upload must not grow unnoticed.
 */
import { bundleWorker } from './local/bundle.ts';

/** What it is meant to have (docs/guarantees.md): 7 KiB cost about 1 ms once an isolate. */
const BUDGET_KIB = 150;

/**
 * What it may have: a little more than it has today, so that everybody notices who adds weight. It only ever sinks. It is
 * above the budget since imports, periods, names and the export of a community came. Libraries are not left out for their
 * bytes (docs/adr/0005), and what the build can save is saved (docs/adr/0025).
 */
const RATCHET_KIB = 156;

const kib = (await bundleWorker()).gzippedSize / 1024;
const over = kib > BUDGET_KIB ? `, ${(kib - BUDGET_KIB).toFixed(1)} above the budget` : '';
console.log(`The upload has ${kib.toFixed(1)} KiB gzipped${over}; at most ${RATCHET_KIB} are allowed.`);
if (kib > RATCHET_KIB) process.exit(1);
