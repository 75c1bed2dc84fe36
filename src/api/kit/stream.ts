import { answer } from './answer.ts';
import { faultOf } from './family.ts';
import type { HttpContext } from './operation.ts';

const encoder = new TextEncoder();

/**
 * Answers 200 with a text that is made while it is read: the next part only when the one before has been taken. A
 * failure is logged and breaks the connection, so that a text cut short is never taken for a whole one.
 */
export const streamText = (
  c: HttpContext,
  parts: AsyncIterator<string>,
  headers: Record<string, string>,
): Response => {
  // It is under way until it has been read.
  const release = c.get('release');
  c.set('release', undefined);
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await parts.next();
          if (done) {
            release?.();
            controller.close();
          } else controller.enqueue(encoder.encode(value));
        } catch (error) {
          release?.();
          faultOf(error, c);
          controller.error(error);
        }
      },
      cancel: async () => {
        release?.();
        await parts.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return answer(c, body, 200, headers);
};
