/** How much the tests seed, draw and simulate: in small with `npm test`, in full with `npm run test:scale`. */
import { inject } from 'vitest';

export const SCALE = inject('scale');

/** Of the worlds that are drawn at random, where each is long: another one is `SEED=7 npm run test:scale`. */
export const SEED = inject('seed');

/**
 * What is used at the scale of this run. A file that scales lies in scale/ or properties/: the full run has no other.
 *
 * @param amounts the same thing in full and in small: rows, messages, days, runs
 */
export const atScale = <T>(amounts: { readonly full: T; readonly small: T }): T => amounts[SCALE];
