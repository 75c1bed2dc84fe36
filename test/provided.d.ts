import 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** `http://127.0.0.1:<port>` of test/node/loopback-receiver.ts. */
    loopbackReceiver: string;
    /** Read through test/scale.ts only. */
    scale: 'full' | 'small';
    /** Read through test/scale.ts only. */
    seed: number;
  }
}
