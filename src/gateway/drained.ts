import type { Answer } from './answer.ts';
import type { Client } from './client.ts';

/**
 * Waits until a slow client has taken what was written; meanwhile nothing more is read of the answer. One that takes nothing is dropped.
 * @param waits whether the answer is to stay paused for another reason
 * @param limits every `slowAfter` milliseconds it must have taken `minRate` bytes a second
 */
export function drained(
  client: Client,
  answer: Answer,
  { slowAfter, minRate }: { readonly slowAfter: number; readonly minRate: number },
  waits: () => boolean,
): Promise<void> {
  const { response } = client;
  answer.pause();
  return new Promise((resolve) => {
    let written = response.socket?.bytesWritten ?? 0;
    const watch = setInterval(() => {
      const now = response.socket?.bytesWritten ?? 0;
      if (now - written < (minRate * slowAfter) / 1000) response.destroy();
      written = now;
    }, slowAfter);
    const done = (): void => {
      clearInterval(watch);
      response.off('drain', done).off('close', done);
      if (!client.gone && !waits()) answer.resume();
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
