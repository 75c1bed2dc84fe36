import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** Writes `.dev.vars` out of its example, each secret a random one of its own; an existing file stays as it is. */
export const ensureDevVars = (path: string): void => {
  const example = readFileSync(`${path}.example`, 'utf8');
  const vars = example.replaceAll(/(?<=^\w+=)replace-me.*$/gm, () => randomBytes(32).toString('hex'));
  try {
    writeFileSync(path, vars, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};
