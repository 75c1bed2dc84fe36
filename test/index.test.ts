import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import worker from '../src/index.ts';
import { ADMIN_TOKEN } from './harness.ts';

const call = (path: string, init: RequestInit = {}, vars = {}) => {
  const request = new Request(`https://rollcall.test${path}`, init) as Request<
    unknown,
    IncomingRequestCfProperties
  >;
  return worker.fetch(request, { ...env, ...vars }, createExecutionContext());
};

it('a Worker with a weak secret answers 503 with a request id, and says nothing of the inside', async () => {
  const response = await call('/healthz', {}, { ADMIN_TOKEN: 'short' });
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    title: 'Unavailable',
    status: 503,
    code: 'UNAVAILABLE',
    requestId: response.headers.get('x-request-id'),
  });
});

it('the deployed handlers: a session starts over HTTP and the scheduled trigger closes it', async () => {
  const created = await call('/admin/communities', {
    method: 'POST',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify({ name: 'Live' }),
  });
  const { data } = (await created.json()) as { data: { apiKey: { key: string } } };
  const headers = { Authorization: `Bearer ${data.apiKey.key}` };
  const started = await call('/v2/community/servers/1/activity', {
    method: 'POST',
    headers,
    body: '{"accId":"00000000-0000-0000-0000-000000000000","forceStart":true}',
  });
  const { data: session } = (await started.json()) as { data: { start: string } };

  const ctx = createExecutionContext();
  const scheduledTime = Date.parse(session.start) + 13 * 3_600_000;
  await worker.scheduled(createScheduledController({ scheduledTime, cron: '*/5 * * * *' }), env);
  await waitOnExecutionContext(ctx);

  const latest = await call('/v2/community/accounts/00000000-0000-0000-0000-000000000000/activity/latest', {
    headers,
  });
  expect(((await latest.json()) as { data: unknown[] }).data).toEqual([
    { ...session, status: false, end: session.start, clearReason: 'Auto-closed: no activity for 12 h 0 min' },
  ]);
});
