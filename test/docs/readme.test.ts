import { expect, it } from 'vitest';
import readme from '../../README.md?raw';
import { withEndpointTable } from '../../src/docs/endpoint-table.ts';

it('the table of endpoints in the README is up to date (npm run build writes it)', () => {
  expect(withEndpointTable(readme)).toBe(readme);
});
