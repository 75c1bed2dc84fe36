import { type Cli, parseJson, runOrFail } from './cli.ts';
import type { TargetDatabase } from './target.ts';

/** Where a new database shall live: a hint, or a law. wrangler knows the names. */
export interface Location {
  readonly location?: string | undefined;
  readonly jurisdiction?: string | undefined;
}

/** The id of a database, which is created where the account has none of its name. */
export const ensureDatabase = async (
  cli: Cli,
  { name, id }: TargetDatabase,
  location: Location,
): Promise<string> => {
  if (id !== undefined) return id;
  const found = await findDatabase(cli, name);
  if (found !== undefined) {
    console.log(`The database ${name} exists.`);
    return found;
  }
  console.log(`Creating the database ${name} ...`);
  await runOrFail(cli, [
    'd1',
    'create',
    name,
    // The tracked file stays as it is.
    '--update-config=false',
    ...(location.location === undefined ? [] : [`--location=${location.location}`]),
    ...(location.jurisdiction === undefined ? [] : [`--jurisdiction=${location.jurisdiction}`]),
  ]);
  const created = await findDatabase(cli, name);
  if (created === undefined) throw `The database ${name} was created, and yet is not in the list.`;
  return created;
};

const findDatabase = async (cli: Cli, name: string): Promise<string | undefined> => {
  const args = ['d1', 'list', '--json'];
  const databases = parseJson<{ uuid: string; name: string }[]>(await runOrFail(cli, args), args);
  return databases.find((database) => database.name === name)?.uuid;
};
