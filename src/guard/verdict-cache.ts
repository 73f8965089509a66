import type { Clock } from '../core/clock.ts';
import { isPromise } from '../core/drive.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Subject } from '../detect/detector.ts';
import { inspectText, withAllowed } from './inspect-text.ts';
import { createKeyedHash } from './keyed-hash.ts';
import type { Rule } from './rule.ts';

/** Findings of one text that are kept; a text with more is read again each time. */
const MOST_FINDINGS = 64;

export interface VerdictCacheOptions {
  /** Texts whose verdicts are kept; 0 keeps none. */
  readonly texts: number;
  /** Milliseconds that a verdict is kept. */
  readonly keepFor: number;
  readonly clock: Clock;
}

/** What rules said about the texts of one principal. */
export interface Verdicts {
  /** `inspectText`, or what it said about the same text before. */
  inspect(rule: Rule, text: string, subject: Subject): Outcome | Promise<Outcome>;
}

/** Null when the detector cannot say in which state it is: then it has to be asked, and will fail by itself. */
function verdictOf({ inspector }: Rule, verdictKey: string): string | null {
  try {
    const version = inspector.version?.();
    return version === undefined ? verdictKey : `${verdictKey}/${version}`;
  } catch {
    return null;
  }
}

interface Entry {
  readonly at: number;
  readonly byRule: Map<string, Outcome>;
}

/**
 * Verdicts of rules on texts, so that a history that is sent again with every request is not read again. It holds no
 * text: a text is known by its hash under a key of this process, together with its principal and with what a detector is
 * told about it; a verdict belongs to the rule's detector, options and binding. Failures are not kept. When it is full,
 * the text that was asked for longest ago makes room.
 */
export class VerdictCache {
  #options: VerdictCacheOptions;
  readonly #hash = createKeyedHash();
  readonly #entries = new Map<string, Entry>();
  #hits = 0;
  #misses = 0;

  constructor(options: VerdictCacheOptions) {
    this.#options = options;
  }

  /** Verdicts that were taken from here, and those that had to be made. */
  get hits(): number {
    return this.#hits;
  }
  get misses(): number {
    return this.#misses;
  }
  /** Texts with a verdict. */
  get size(): number {
    return this.#entries.size;
  }

  /** Other bounds, after the configuration was loaded again. */
  resize(options: Pick<VerdictCacheOptions, 'texts' | 'keepFor'>): void {
    this.#options = { ...this.#options, ...options };
    while (this.#entries.size > options.texts) this.#entries.delete(this.#entries.keys().next().value!);
  }

  /** For one exchange: the hash of a text is made once for all rules. */
  of(principal: string): Verdicts {
    const keys = new Map<string, Map<string, string>>();
    const keyOf = (text: string, { stage, role, origin, kind, tool }: Subject): string => {
      const about = JSON.stringify([principal, stage, role, origin, kind, tool ?? null]);
      let texts = keys.get(about);
      if (texts === undefined) keys.set(about, (texts = new Map()));
      let key = texts.get(text);
      if (key === undefined) texts.set(text, (key = this.#hash(about, text)));
      return key;
    };
    return {
      inspect: (rule, text, subject) => {
        const { verdictKey } = rule;
        if (verdictKey === undefined || this.#options.texts === 0) return inspectText(rule, text, subject);
        const verdict = verdictOf(rule, verdictKey);
        if (verdict === null) return inspectText(rule, text, subject);
        const key = keyOf(text, subject);
        const known = this.#get(key)?.byRule.get(verdict);
        if (known !== undefined) {
          this.#hits += 1;
          return withAllowed(rule, known, text, subject);
        }
        this.#misses += 1;
        const { allows: _, ...bare } = rule;
        const outcome = inspectText(bare, text, subject);
        if (!isPromise(outcome)) {
          this.#put(key, verdict, outcome);
          return withAllowed(rule, outcome, text, subject);
        }
        return outcome.then((settled) => {
          this.#put(key, verdict, settled);
          return withAllowed(rule, settled, text, subject);
        });
      },
    };
  }

  #get(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (this.#options.clock() - entry.at >= this.#options.keepFor) return undefined;
    this.#entries.set(key, entry);
    return entry;
  }

  #put(key: string, verdict: string, outcome: Outcome): void {
    if (outcome.status !== 'clean' && outcome.status !== 'found') return;
    if (outcome.status === 'found' && outcome.findings.length > MOST_FINDINGS) return;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, (entry = { at: this.#options.clock(), byRule: new Map() }));
      if (this.#entries.size > this.#options.texts) this.#entries.delete(this.#entries.keys().next().value!);
    }
    entry.byRule.set(verdict, outcome);
  }
}
