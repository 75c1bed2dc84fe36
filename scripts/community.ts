/**
 * `npm run community -- "Name" [--url URL] [--timezone Europe/Madrid] [--place 1]`: makes a community, in the database with
 * the most room or in that of the place, and shows its first API key.
 */
import { parseArgs } from 'node:util';
import { printFailure } from './local/print-failure.ts';
import { openApi } from './remote/api.ts';
import { readAdminToken, readDeployedUrl } from './remote/operator.ts';

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      env: { type: 'string', short: 'e', default: '' },
      timezone: { type: 'string' },
      place: { type: 'string' },
    },
  });
  const [name, ...more] = positionals;
  if (!name || more.length > 0) throw 'One name is needed: npm run community -- "Night Shift RP"';
  const api = openApi(values.url ?? readDeployedUrl(values.env));
  const { timezone, place } = values;
  const { status, body, problem } = await api.call('POST', '/admin/communities', {
    key: readAdminToken(api.url),
    body: {
      name,
      ...(timezone !== undefined && { settings: { timezone } }),
      ...(place !== undefined && { place: Number(place) }),
    },
  });
  if (status !== 201) throw problem;
  const { id, apiKey } = body.data;
  console.log(`The community "${name}" is made: ${id}

Its first API key has every scope and is shown only now. Keep it, and make narrower ones for your servers with it.

  export KEY=${apiKey.key}
  curl ${api.url}/v2/community/servers/1/activity -H "Authorization: Bearer $KEY" -d '{"username":"you","forceStart":true}'
`);
};

await main().catch(printFailure);
