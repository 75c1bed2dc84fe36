/** A call of Rollcall's own API, as a script makes it. */
export interface Api {
  /** As `https://rollcall.example.workers.dev`, without a slash at its end. */
  readonly url: string;
  call(method: string, path: string, options?: { key?: string; body?: unknown }): Promise<Reply>;
}

export interface Reply {
  /** 0 where nobody answered. */
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a server of another version says is anybody's guess.
  readonly body: any;
  /** What went wrong, in words; the empty text for a success. */
  readonly problem: string;
}

const TIMEOUT_MS = 20_000;

/** @throws a sentence, where the text is no URL of http or https */
export const openApi = (text: string): Api => {
  const parsed = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) throw `"${text}" is no URL.`;
  const url = parsed.href.replace(/\/+$/, '');
  return {
    url,
    async call(method, path, { key, body } = {}) {
      try {
        const response = await fetch(`${url}${path}`, {
          method,
          signal: AbortSignal.timeout(TIMEOUT_MS),
          headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        const parsedBody = parseOr(text);
        const said = parsedBody?.detail ?? parsedBody?.code ?? text.slice(0, 200);
        return {
          status: response.status,
          body: parsedBody,
          problem: response.ok ? '' : `${method} ${path} answers ${response.status}: ${said}`,
        };
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        const said = cause instanceof Error ? cause.message : String(cause);
        return { status: 0, body: undefined, problem: `${method} ${path} gets no answer: ${said}` };
      }
    },
  };
};

const parseOr = (text: string) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
