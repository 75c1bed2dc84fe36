/** A step of `npm run check`: the Worker's upload must not grow. Bundles as `wrangler deploy` does, without a network. */
import { bundleWorker } from './local/bundle.ts';

/** The budget. 7 KiB cost about 1 ms once an isolate. */
const MAX_KIB = 150;

const kib = (await bundleWorker()).gzippedSize / 1024;
console.log(`The upload has ${kib.toFixed(1)} KiB gzipped; at most ${MAX_KIB} are allowed.`);
if (kib > MAX_KIB) process.exit(1);
