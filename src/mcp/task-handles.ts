import type { OpenCall } from './pending.ts';

const MOST = 1000;

/**
 * Tasks that a principal's calls were turned into (MCP 2025-11-25, Tasks). A task's id is a handle: whoever has it could read
 * what another's call answered, so that a handle is good only for the principal to whom it was given, and at its server.
 */
export class TaskHandles {
  readonly #calls = new Map<string, OpenCall>();

  /** The oldest is forgotten for it where there are too many. */
  remember(server: string, task: string, call: OpenCall): void {
    const key = keyOf(server, task);
    this.#calls.delete(key);
    if (this.#calls.size >= MOST)
      for (const oldest of this.#calls.keys()) {
        this.#calls.delete(oldest);
        break;
      }
    this.#calls.set(key, call);
  }

  /** The call that the task came of; null for a task of somebody else's, or of nobody's. */
  call(server: string, task: unknown): OpenCall | null {
    return typeof task === 'string' ? (this.#calls.get(keyOf(server, task)) ?? null) : null;
  }
}

function keyOf(server: string, task: string): string {
  return JSON.stringify([server, task]);
}
