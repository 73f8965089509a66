import type { JsonObject, RpcId } from './rpc-message.ts';
import type { ToolDefinition } from './tool-definition.ts';

/** A call that was let through. */
export interface OpenCall {
  readonly tool: ToolDefinition;
  readonly args: JsonObject;
  readonly digest: string;
  /** A person said yes to it. */
  readonly granted: boolean;
  readonly began: number;
}

/** A request that the server has not answered. */
export interface Waiting<Way> {
  readonly id: RpcId;
  readonly method: string;
  readonly params: JsonObject;
  readonly way: Way | null;
  readonly call: OpenCall | null;
}

/** Requests of a client that a server owes an answer to, each for a while. */
export class Pending<Way> {
  readonly #open = new Map<
    string,
    { readonly waiting: Waiting<Way>; timer: NodeJS.Timeout | null; readonly token: unknown }
  >();
  readonly #timeout: number;
  readonly #late: (waiting: Waiting<Way>) => void;

  constructor(timeout: number, late: (waiting: Waiting<Way>) => void) {
    this.#timeout = timeout;
    this.#late = late;
  }

  has(id: RpcId): boolean {
    return this.#open.has(keyOf(id));
  }

  add(waiting: Waiting<Way>, timed = true): void {
    const key = keyOf(waiting.id);
    const meta = waiting.params['_meta'] as { readonly progressToken?: unknown } | undefined;
    this.#open.set(key, { waiting, timer: timed ? this.#timer(key) : null, token: meta?.progressToken });
  }

  take(id: RpcId): Waiting<Way> | null {
    const key = keyOf(id);
    const open = this.#open.get(key);
    if (open === undefined) return null;
    this.#open.delete(key);
    if (open.timer !== null) clearTimeout(open.timer);
    return open.waiting;
  }

  takeAll(): readonly Waiting<Way>[] {
    return [...this.#open.values()].flatMap(({ waiting }) => this.take(waiting.id) ?? []);
  }

  /** The way of the request that a progress token belongs to. */
  wayOf(token: unknown): Way | null {
    for (const open of this.#open.values()) if (token !== undefined && open.token === token) return open.waiting.way;
    return null;
  }

  wayOfRequest(id: unknown): Way | null {
    return typeof id === 'string' || typeof id === 'number' ? (this.#open.get(keyOf(id))?.waiting.way ?? null) : null;
  }

  /** A server that reports progress is given more time. */
  progressed(token: unknown): void {
    if (token === undefined) return;
    for (const [key, open] of this.#open) {
      if (open.token !== token || open.timer === null) continue;
      clearTimeout(open.timer);
      open.timer = this.#timer(key);
    }
  }

  #timer(key: string): NodeJS.Timeout {
    const timer = setTimeout(() => {
      const open = this.#open.get(key);
      this.#open.delete(key);
      if (open !== undefined) this.#late(open.waiting);
    }, this.#timeout);
    timer.unref();
    return timer;
  }
}

function keyOf(id: RpcId): string {
  return `${typeof id} ${id}`;
}
