/** Writes one structured line. Never give it a credential, a secret or a request body. */
export type Log = (event: string, fields?: Record<string, unknown>) => void;

// biome-ignore lint/suspicious/noConsole: the one place that logs; Workers Logs indexes the JSON fields.
export const consoleLog: Log = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));
