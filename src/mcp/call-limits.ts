import type { Clock } from '../core/clock.ts';
import type { McpConfig } from '../config/mcp-schema.ts';

const MINUTE = 60_000;
/** How long a call is remembered for being repeated. */
const REPEAT_WINDOW = 10 * MINUTE;
const MOST_REMEMBERED = 10_000;

/** How much one principal may ask of all servers together. */
export class CallLimits {
  readonly #limits: McpConfig['limits'];
  readonly #clock: Clock;
  #recent: number[] = [];
  #open = 0;
  #total = 0;
  readonly #same = new Map<string, { count: number; since: number }>();

  constructor(limits: McpConfig['limits'], clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Takes a place for a call, or says why there is none. @param key what makes two calls the same. */
  enter(key: string): string | null {
    const now = this.#clock();
    const { concurrent, perMinute, perSession, repeats } = this.#limits;
    this.#recent = this.#recent.filter((at) => at > now - MINUTE);
    if (this.#open >= concurrent) return `There are ${concurrent} calls open already.`;
    if (this.#recent.length >= perMinute) return `There were ${perMinute} calls within a minute.`;
    if (this.#total >= perSession) return `There were ${perSession} calls in this session.`;
    const same = this.#same.get(key);
    if (same !== undefined && same.since > now - REPEAT_WINDOW) {
      if (same.count >= repeats) return `The same call was made ${repeats} times; it is a loop.`;
      same.count++;
    } else {
      if (this.#same.size >= MOST_REMEMBERED) this.#same.clear();
      this.#same.set(key, { count: 1, since: now });
    }
    this.#recent.push(now);
    this.#open++;
    this.#total++;
    return null;
  }

  leave(): void {
    this.#open = Math.max(0, this.#open - 1);
  }
}
