import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE, setUp } from '../helpers.ts';
import { atScale } from '../scale.ts';

describe('whose an identifier is', () => {
  it('no order of calls moves an identifier that one account has to another', async () => {
    const identifier = fc.record({
      apiId: fc.option(fc.constantFrom('a1', 'a2', 'a3'), { nil: undefined }),
      discord: fc.option(fc.constantFrom('d1', 'd2'), { nil: undefined }),
      uniqueId: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
      username: fc.option(fc.constantFrom('Bob', 'Ann'), { nil: undefined }),
    });
    const calls = fc.array(
      fc.tuple(
        identifier.filter((body) => Object.values(body).some((value) => value !== undefined)),
        fc.constantFrom('start', 'stop', 'toggle', 'roster', 'heartbeat'),
      ),
      { minLength: 2, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(calls, async (list) => {
        const { app, key } = await setUp();
        const owners = new Map<string, string>();
        for (const [body, kind] of list) {
          app.clock.advance(MINUTE);
          const path = '/v2/community/servers/1/activity';
          const answer =
            kind === 'roster'
              ? await app.put(`${path}/roster`, { key, body: { accounts: [body, { apiId: 'a1' }] } })
              : kind === 'heartbeat'
                ? await app.post(`${path}/heartbeat`, { key, body: { accounts: [body] } })
                : await app.post(path, {
                    key,
                    body: { ...body, forceStart: kind === 'start', forceStop: kind === 'stop' },
                  });
          expect(answer.status).toBe(200);
          const { items } = (await app.get('/v2/community/accounts', { key })).body.data;
          for (const { accId } of items) {
            const { data } = (await app.get(`/v2/community/accounts/${accId}/identifiers`, { key })).body;
            for (const { type, value } of data) {
              const owner = owners.get(`${type} ${value}`) ?? accId;
              expect([`${type} ${value}`, accId]).toEqual([`${type} ${value}`, owner]);
              owners.set(`${type} ${value}`, owner);
            }
          }
        }
      }),
      { numRuns: atScale({ full: 60, small: 12 }) },
    );
  }, 120_000);
});
