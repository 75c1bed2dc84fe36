/** The `fetch` of the tests: this machine, and nothing else. */
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);
const { fetch } = globalThis;

/** Fails before any name is looked up, as a machine without a network would. */
export const fetchLoopback: typeof fetch = async (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input);
  if (!LOOPBACK.has(hostname)) throw new TypeError(`A test tried to reach ${hostname}.`);
  return fetch(input, init);
};
