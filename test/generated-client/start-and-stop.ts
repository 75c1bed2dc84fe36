/** Starts and stops a session by a client that is generated from openapi.json: `node start-and-stop.js URL KEY`. */
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';

declare const process: {
  readonly argv: readonly string[];
  readonly stdout: { write(text: string): void };
};

type Session = components['schemas']['Session'];

const [, , baseUrl = '', key = ''] = process.argv;
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });

const record = async (flags: { forceStart?: boolean; forceStop?: boolean }): Promise<Session> => {
  const { data, error } = await client.POST('/v2/community/servers/{serverId}/activity', {
    params: { path: { serverId: 7 }, header: { 'Idempotency-Key': crypto.randomUUID() } },
    body: { username: 'generated', ...flags },
  });
  if (error) throw new Error(`${error.code}: ${error.detail}`);
  if (!data.data) throw new Error('There is no session.');
  return data.data;
};

const started = await record({ forceStart: true });
const stopped = await record({ forceStop: true });

const { data: entries } = await client.GET('/api/v1/activity_log', {
  params: { query: { platform: 'tiktok', limit: 5 } },
});
const { error: refused } = await client.GET('/v2/community/activity', {
  params: { query: { limit: 0 } },
});

process.stdout.write(
  JSON.stringify({
    isStarted: started.status,
    isStopped: stopped.id === started.id && !stopped.status && stopped.end !== null,
    // The list may also be a CSV file, which is a text.
    entries: typeof entries === 'object' && Array.isArray(entries.data),
    refused: refused?.code,
  }),
);
