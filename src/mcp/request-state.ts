import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { canonicalJson } from '../text/json/canonical-json.ts';
import { isObject } from './rpc-message.ts';

/** What a state that travels through the client is good for: nothing else, for nobody else, and not for ever. */
export interface StateBinding {
  readonly server: string;
  readonly principal: string;
  readonly method: string;
  /** Digest of the call that it belongs to. */
  readonly call: string;
}

/** Whether a person was asked for this call in the round that the state belongs to, or has said yes to it before. */
export type Approval = 'none' | 'asked' | 'granted';

export interface OpenedState {
  /** The server's own state; null when it had none. */
  readonly state: string | null;
  readonly approval: Approval;
}

const LIFETIME = 15 * 60_000;
const LONGEST = 256 * 1024;
const MOST_USED = 100_000;

/**
 * Seals what servers give clients to bring back (`requestState`, MCP 2026-07-28): HMAC-SHA-256 under a key of this process. A
 * state is good once.
 */
export class RequestStates {
  readonly #key = randomBytes(32);
  readonly #clock: Clock;
  readonly #used = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  seal(state: string | null, approval: Approval, binding: StateBinding): string {
    const payload = Buffer.from(
      JSON.stringify({ s: state, a: approval, n: randomBytes(12).toString('base64url'), e: this.#clock() + LIFETIME }),
    ).toString('base64url');
    return `${payload}.${this.#mac(payload, binding)}`;
  }

  /** Null when it was not sealed here, for this, for them, or is too old, or was used. */
  open(sealed: unknown, binding: StateBinding): OpenedState | null {
    if (typeof sealed !== 'string' || sealed.length > LONGEST) return null;
    const [payload, mac, ...rest] = sealed.split('.');
    if (payload === undefined || mac === undefined || rest.length > 0) return null;
    const expected = Buffer.from(this.#mac(payload, binding));
    const given = Buffer.from(mac);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return null;
    const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (!isObject(value)) return null;
    const { s, a, n, e } = value;
    const now = this.#clock();
    if (typeof e !== 'number' || e < now || typeof n !== 'string' || this.#used.has(n)) return null;
    if (this.#used.size >= MOST_USED)
      for (const [nonce, until] of this.#used) if (until < now) this.#used.delete(nonce);
    if (this.#used.size >= MOST_USED) return null;
    this.#used.set(n, e);
    return { state: typeof s === 'string' ? s : null, approval: a === 'asked' || a === 'granted' ? a : 'none' };
  }

  #mac(payload: string, binding: StateBinding): string {
    return createHmac('sha256', this.#key)
      .update(`${payload}\n${canonicalJson(binding)}`)
      .digest('base64url');
  }
}
