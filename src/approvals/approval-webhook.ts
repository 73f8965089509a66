import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { ApprovalSettings } from './approval-queue.ts';

export type WebhookSettings = NonNullable<ApprovalSettings['webhook']>;

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
/** Messages that are on their way at once; more are dropped, and the console has them all the same. */
const MOST = 64;

/**
 * Posts messages to the operator's address and to no other: redirects are not followed, nothing of an answer is read, and
 * nothing of a call can change where it goes. Failed attempts (no answer, 408, 429, 5xx) are repeated with growing pauses.
 */
export class ApprovalWebhook {
  readonly #onError: (message: string, error: unknown) => void;
  readonly #pause: number;
  readonly #stop = new AbortController();
  readonly #agent = new Agent({ connections: 4, keepAliveTimeout: 4000 });
  readonly #running = new Set<Promise<void>>();

  /** @param pause before the second attempt, in milliseconds. */
  constructor(onError: (message: string, error: unknown) => void, pause = FIRST_PAUSE) {
    this.#onError = onError;
    this.#pause = pause;
  }

  /** Does not wait; `id` names the message, so that a receiver can see that it has it already. */
  send(settings: WebhookSettings, id: string, message: object, now: () => number): void {
    if (this.#running.size >= MOST) {
      this.#onError('a webhook of an approval was dropped', new Error(`${MOST} are on their way already`));
      return;
    }
    const task = this.#deliver(settings, id, JSON.stringify(message), now)
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#onError('the webhook of approvals did not take a message', error);
      })
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    await this.#agent.destroy();
  }

  async #deliver(settings: WebhookSettings, id: string, body: string, now: () => number): Promise<void> {
    let pause = this.#pause;
    for (let attempt = 1; ; attempt += 1) {
      const status = await this.#attempt(settings, id, body, now()).catch((error: unknown) => error as Error);
      if (typeof status === 'number' && status >= 200 && status < 300) return;
      const again = typeof status !== 'number' || status === 408 || status === 429 || status >= 500;
      if (!again || attempt >= settings.attempts) {
        throw typeof status === 'number' ? new Error(`it answered with status ${status}`) : status;
      }
      await sleep(pause, undefined, { signal: this.#stop.signal });
      pause = Math.min(pause * 4, LONGEST_PAUSE);
    }
  }

  async #attempt(settings: WebhookSettings, id: string, body: string, now: number): Promise<number> {
    const headers: Record<string, string> = { 'content-type': 'application/json', 'x-parapet-delivery': id };
    if (settings.secret !== undefined) headers['x-parapet-signature'] = signature(settings.secret, now, body);
    const answer = await request(settings.url, {
      method: 'POST',
      headers,
      body,
      dispatcher: this.#agent,
      signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(settings.timeout)]),
    });
    // Whatever it says is of no interest, and may be endless.
    answer.body.on('error', () => {});
    answer.body.destroy();
    return answer.statusCode;
  }
}

/** `t=1700000000,v1=<hex>`: HMAC-SHA-256 over `<t>.<body>`, `t` in seconds; a receiver refuses old ones. */
export function signature(secret: string, now: number, body: string): string {
  const t = Math.floor(now / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}
