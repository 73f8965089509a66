import type { RpcResponse } from './rpc-message.ts';

/** Answers to questions of the proxy's own, each for a while. */
export class AwaitedAnswers {
  readonly #waiting = new Map<string, (message: RpcResponse | null) => void>();

  /** Null when nobody answered within `timeout` milliseconds, or it was given up. */
  wait(key: string, timeout: number): Promise<RpcResponse | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(null), timeout);
      const settle = (message: RpcResponse | null): void => {
        clearTimeout(timer);
        this.#waiting.delete(key);
        resolve(message);
      };
      this.#waiting.set(key, settle);
    });
  }

  /** True when it answers one of the questions. */
  settle(message: RpcResponse): boolean {
    const settle = this.#waiting.get(String(message.id));
    settle?.(message);
    return settle !== undefined;
  }

  giveUp(key: string): void {
    this.#waiting.get(key)?.(null);
  }

  close(): void {
    for (const settle of this.#waiting.values()) settle(null);
  }
}
