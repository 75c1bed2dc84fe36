import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { START } from '../harness.ts';
import { iso, MINUTE, setUp } from '../helpers.ts';

const ACCOUNTS = ['ana', 'bo', 'cy', 'dee'];

const setUpRosters = async () => {
  const { app, key } = await setUp();
  const roster = async (names: readonly string[], observedAt?: string) =>
    (
      await app.put('/v2/community/servers/1/activity/roster', {
        key,
        body: { accounts: names.map((username) => ({ username })), observedAt },
      })
    ).body.data;
  /** Each account's sessions as `[start, end]`, oldest first, in minutes. */
  const history = async () => {
    const { body } = await app.get('/v2/community/activity?limit=1000', { key });
    const byAccount = new Map<string, [number, number | null][]>();
    const open = await app.get('/v2/community/activity?status=open&limit=1000', { key });
    const present: string[] = open.body.data.items.map(
      ({ identifiers }: { identifiers: { type: string; value: string }[] }) =>
        identifiers.find(({ type }) => type === 'username')?.value,
    );
    for (const { accId, start, end } of body.data.items.toReversed()) {
      const sessions = byAccount.get(accId) ?? [];
      sessions.push([minutes(start), end && minutes(end)]);
      byAccount.set(accId, sessions);
    }
    return { present: present.sort(), sessions: [...byAccount.values()] };
  };
  return { app, roster, history };
};
const minutes = (time: string): number => (Date.parse(time) - START) / MINUTE;

const rosters = fc.array(fc.uniqueArray(fc.constantFrom(...ACCOUNTS)), { minLength: 1, maxLength: 12 });

describe('any rosters, a minute apart', () => {
  it('each account has exactly the spells in which it was listed, and who is open is the last roster', async () => {
    await fc.assert(
      fc.asyncProperty(rosters, async (lists) => {
        const { app, roster, history } = await setUpRosters();
        for (const names of lists) {
          await roster(names);
          app.clock.advance(MINUTE);
        }
        const { present, sessions } = await history();
        expect(present).toEqual(lists.at(-1)?.toSorted());
        const spells = ACCOUNTS.map((name) => spellsOf(lists, name)).filter((spell) => spell.length > 0);
        expect(sessions.map((s) => JSON.stringify(s)).sort()).toEqual(
          spells.map((s) => JSON.stringify(s)).sort(),
        );
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('in any order and any number of times, who is open is the newest one, no session twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        rosters.chain((lists) =>
          fc.record({
            lists: fc.constant(lists),
            arrivals: fc.array(fc.nat(lists.length - 1), { minLength: lists.length, maxLength: 20 }),
          }),
        ),
        async ({ lists, arrivals }) => {
          const { app, roster, history } = await setUpRosters();
          app.clock.set(START + lists.length * MINUTE);
          let newest = -1;
          for (const index of arrivals) {
            const { isApplied } = await roster(lists[index] ?? [], iso(index * MINUTE));
            expect(isApplied).toBe(index >= newest);
            newest = Math.max(newest, index);
          }
          const { present, sessions } = await history();
          expect(present).toEqual(lists[newest]?.toSorted());
          for (const spells of sessions) {
            for (const [i, [start, end]] of spells.entries()) {
              // None overlaps the next of its account, and none is open but the last.
              expect(end ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(start);
              expect(end ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(
                spells[i + 1]?.[0] ?? Number.POSITIVE_INFINITY,
              );
            }
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});

/** From each roster that lists the account first, to the last one in a row that does. */
const spellsOf = (lists: readonly (readonly string[])[], name: string): [number, number | null][] => {
  const spells: [number, number | null][] = [];
  for (const [minute, names] of lists.entries()) {
    if (!names.includes(name)) continue;
    const last = spells.at(-1);
    if (last && last[1] === minute - 1) last[1] = minute;
    else spells.push([minute, minute]);
  }
  const last = spells.at(-1);
  if (last?.[1] === lists.length - 1) last[1] = null;
  return spells;
};
