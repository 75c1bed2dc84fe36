import { type Cli, parseJson, runOrFail } from './cli.ts';
import type { Target } from './target.ts';

/** Where a new database shall live: a hint, or a law. wrangler knows the names. */
export interface Place {
  readonly location?: string | undefined;
  readonly jurisdiction?: string | undefined;
}

/** The id of the target's database, which is created where the account has none of its name. */
export const ensureDatabase = async (cli: Cli, target: Target, place: Place): Promise<string> => {
  if (target.databaseId !== undefined) return target.databaseId;
  const found = await findDatabase(cli, target.databaseName);
  if (found !== undefined) {
    console.log(`The database ${target.databaseName} exists.`);
    return found;
  }
  console.log(`Creating the database ${target.databaseName} ...`);
  await runOrFail(cli, [
    'd1',
    'create',
    target.databaseName,
    // The tracked file stays as it is.
    '--update-config=false',
    ...(place.location === undefined ? [] : [`--location=${place.location}`]),
    ...(place.jurisdiction === undefined ? [] : [`--jurisdiction=${place.jurisdiction}`]),
  ]);
  const created = await findDatabase(cli, target.databaseName);
  if (created === undefined)
    throw `The database ${target.databaseName} was created, and yet is not in the list.`;
  return created;
};

const findDatabase = async (cli: Cli, name: string): Promise<string | undefined> => {
  const args = ['d1', 'list', '--json'];
  const databases = parseJson<{ uuid: string; name: string }[]>(await runOrFail(cli, args), args);
  return databases.find((database) => database.name === name)?.uuid;
};
