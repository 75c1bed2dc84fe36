import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** As src/env.ts has it: what is shorter is no secret. */
const MIN_SECRET_LENGTH = 32;
const SECRETS = ['ADMIN_TOKEN', 'TOKEN_SECRET'] as const;

/** What only a run on this machine may have. The Worker heeds it for calls to a loopback host alone. */
const LOCAL_SWITCHES = `
# Only for this machine; the example has none of it, because a deployment takes its values from there.
# The community that calls of the Activity Log API without a credential belong to.
ANONYMOUS_COMMUNITY=demo
# Lets webhooks go to loopback addresses.
WEBHOOK_ALLOW_PRIVATE=true
`;

/**
 * Writes `.dev.vars` out of its example where there is none: each secret a random one of its own, and the switches of a
 * local run. A file that exists stays as it is.
 * @throws a sentence for the person who starts, where an existing file is empty or broken
 */
export const ensureDevVars = (path: string): void => {
  const example = readFileSync(`${path}.example`, 'utf8');
  const secrets = example.replaceAll(/(?<=^\w+=)replace-me.*$/gm, () => randomBytes(32).toString('hex'));
  try {
    writeFileSync(path, `${secrets}${LOCAL_SWITCHES}`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const problem = devVarsProblem(readFileSync(path, 'utf8'));
    if (problem) throw `${path} ${problem}`;
  }
};

/** What keeps the text from being a `.dev.vars`, as the rest of a sentence that begins with its name; else undefined. */
export const devVarsProblem = (text: string): string | undefined => {
  const anew = 'delete the file, and the next npm start writes a new one.';
  // A quoted value may go over several lines: what is in it is left out, its line ends stay.
  const outside = text.replaceAll(/(?<==\s*)(["'`])[\s\S]*?\1/g, (value) => value.replaceAll(/[^\n]+/g, '#'));
  const line = outside
    .split(/\r?\n/)
    .findIndex((row) => !/^\s*(#.*)?$|^\s*(export\s+)?[\w.-]+\s*=/.test(row));
  if (line >= 0) return `is broken: line ${line + 1} is not NAME=value. Correct that line, or ${anew}`;
  const vars = parseEnv(text);
  if (Object.keys(vars).length === 0) return `sets nothing. To go on, ${anew}`;
  for (const name of SECRETS) {
    const value = vars[name];
    // Without TOKEN_SECRET everything but access tokens works.
    if (!value && name === 'TOKEN_SECRET') continue;
    const flaw = !value
      ? 'is missing'
      : value.startsWith('replace-me')
        ? 'is still the placeholder of the example'
        : value.length < MIN_SECRET_LENGTH
          ? `has ${value.length} characters and needs ${MIN_SECRET_LENGTH}`
          : undefined;
    if (flaw)
      return `cannot be used: ${name} ${flaw}. Set it to the output of "openssl rand -hex 32", or ${anew}`;
  }
  return undefined;
};
