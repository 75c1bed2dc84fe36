import { describe, expect, it } from 'vitest';

const files = import.meta.glob<string>(['../src/**/*.ts', '../src/**/*.tsx'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

/** Every import of one of our files by another, as paths below `src`. */
const imports: readonly Import[] = Object.entries(files).flatMap(([path, text]) => {
  const from = path.replace('../src/', '');
  const found = [...text.matchAll(/^(?:import|export)\s(type\s)?[^;]*?from '(\.[^']+)'/gms)];
  return found.map(([, type, specifier = '']) => ({
    from,
    to: new URL(specifier, `file:///${from}`).pathname.slice(1),
    isType: type !== undefined,
  }));
});

/** The first so many folders of a path. */
const room = (path: string, depth: number): string => path.split('/').slice(0, depth).join('/');

const SHARED = ['api/kit', 'api/wire'];

describe('the walls of the house', () => {
  it('has what it looks at', () => {
    expect(imports.length).toBeGreaterThan(500);
  });

  it('no API family imports another one: what they share lives in api/kit and api/wire', () => {
    const across = imports.filter(
      ({ from, to }) =>
        from.split('/').length > 2 &&
        from.startsWith('api/') &&
        to.startsWith('api/') &&
        room(from, 2) !== room(to, 2) &&
        !SHARED.includes(room(to, 2)),
    );
    expect(across).toEqual([]);
  });

  it('what families share imports no family', () => {
    const up = imports.filter(
      ({ from, to }) =>
        SHARED.includes(room(from, 2)) && to.startsWith('api/') && !SHARED.includes(room(to, 2)),
    );
    expect(up).toEqual([]);
  });

  it('the console and the client import nothing of the Worker but lib', () => {
    const OWN = ['console', 'client'];
    const inside = imports.filter(
      ({ from, to }) => OWN.includes(room(from, 1)) && ![...OWN, 'lib'].includes(room(to, 1)),
    );
    expect(inside).toEqual([]);
  });

  it('the features of core need one another one way, but for access and audit, sessions and webhooks', () => {
    const needs = new Map<string, Set<string>>();
    for (const { from, to, isType } of imports) {
      const [one, other] = [room(from, 2), room(to, 2)];
      const isBetween = one !== other && from.split('/').length > 2 && to.split('/').length > 2;
      if (isType || !isBetween || !from.startsWith('core/') || !to.startsWith('core/')) continue;
      needs.set(one, (needs.get(one) ?? new Set()).add(other));
    }
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      [...(needs.get(from) ?? [])].some((next) => {
        if (next === to) return true;
        if (seen.has(next)) return false;
        seen.add(next);
        return reaches(next, to, seen);
      });
    const allowed = [
      ['core/access', 'core/audit'],
      ['core/sessions', 'core/webhooks'],
    ];
    const circles = [...needs].flatMap(([one, others]) =>
      [...others].filter((other) => one < other && needs.get(other)?.has(one)).map((other) => [one, other]),
    );
    expect(circles.sort()).toEqual(
      circles.filter((pair) => allowed.some((known) => `${known}` === `${pair}`)).sort(),
    );
    for (const [one, other] of allowed) needs.get(other as string)?.delete(one as string);
    expect([...needs.keys()].filter((feature) => reaches(feature, feature))).toEqual([]);
  });
});
