/** Calls a subject from a few connections at once, each with its next call as soon as the one before is answered. */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { Request, Requests } from './calls.ts';
import { cpuTime, type Subject } from './subjects.ts';

export interface Load {
  readonly calls: number;
  readonly perSecond: number;
  /** Milliseconds from the call to the whole answer. */
  readonly p50: number;
  readonly p99: number;
  /** CPU milliseconds of the subject's process, for one call. */
  readonly cpu: number;
}

const agent = new Agent({ keepAlive: true });

export interface Answer {
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** One call. @throws Error with the answer, unless that is a success */
export const send = (
  { url }: Pick<Subject, 'url'>,
  key: string,
  { method, path, body }: Request,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${key}`,
      ...(body !== undefined && {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      }),
    };
    const sent = httpRequest(url + path, { method, headers, agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) resolve({ text, headers: response.headers });
        else reject(new Error(`${method} ${path} answered ${response.statusCode}: ${text.slice(0, 500)}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });

/** Calls for `ms` milliseconds; each connection makes at least `atLeast` calls, a multiple of it. */
export const load = async (
  subject: Subject,
  key: string,
  requests: Requests,
  { connections, ms, atLeast = 2 }: { connections: number; ms: number; atLeast?: number },
): Promise<Load> => {
  const times: number[] = [];
  const cpu = cpuTime(subject);
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      for (let n = 0; n % atLeast !== 0 || n === 0 || performance.now() - begin < ms; n++) {
        const from = performance.now();
        await send(subject, key, requests(connection, n));
        times.push(performance.now() - from);
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    calls: times.length,
    perSecond: times.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    cpu: (cpuTime(subject) - cpu) / times.length,
  };
};
