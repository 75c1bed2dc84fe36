/** Two accounts that become one, after any calls of the two. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../harness.ts';
import { MINUTE, setUp } from '../helpers.ts';
import { atScale } from '../scale.ts';

const ANA = '11111111-1111-4111-8111-111111111111';
const BO = '22222222-2222-4222-8222-222222222222';

describe('a merge', () => {
  it('of all that were open, one session a server is open afterwards, the newest', async () => {
    const step = fc.tuple(fc.constantFrom(ANA, BO), fc.constantFrom(1, 2, 3));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { app, key, record, latest } = await setUp(undefined, {
          overrides: { fetch: async () => new Response(null, { status: 204 }) },
        });
        for (const accId of [ANA, BO]) await record({ accId, forceStart: true }, 4);
        for (const [accId, server] of steps) {
          app.clock.advance(MINUTE);
          await record({ accId }, server);
        }
        const before = [...(await latest(ANA)), ...(await latest(BO))];
        const merged = await app.post(`/v2/community/accounts/${BO}/merge`, { key, body: { into: ANA } });
        expect(merged.status).toBe(200);
        const after = await latest(ANA);
        expect(after.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
        for (const server of [1, 2, 3, 4]) {
          const openOf = (sessions: Answer['body'][]) =>
            sessions.filter(({ status, serverId }) => status && serverId === server);
          const was = openOf(before).toSorted((a, b) => (a.start < b.start ? 1 : -1));
          const is = openOf(after);
          expect(is).toHaveLength(Math.min(1, was.length));
          expect(is[0]?.start).toBe(was[0]?.start);
        }
      }),
      { numRuns: atScale({ full: 60, small: 8 }) },
    );
  }, 120_000);
});
