/** The last part of `npm run build`: the Worker as it is deployed, in dist/worker (not committed). */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { bundleWorker } from './local/bundle.ts';
import { workerFile } from './remote/target.ts';

const { script, map } = await bundleWorker();
const path = workerFile();
// wrangler uploads each module that it finds beside it.
rmSync(dirname(path), { recursive: true, force: true });
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, script);
writeFileSync(`${path}.map`, map);
