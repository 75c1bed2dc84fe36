declare module 'autocannon' {
  interface Options {
    url: string;
    connections: number;
    /** Seconds; or `amount` requests. */
    duration?: number;
    amount?: number;
    requests: { method: string; path: string; headers?: Record<string, string>; body?: string }[];
  }
  interface Result {
    readonly requests: { readonly average: number };
    readonly errors: number;
    readonly '2xx': number;
    readonly non2xx: number;
  }
  export default function autocannon(options: Options): Promise<Result>;
}
