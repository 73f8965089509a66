import { placeholderCore, TAG_LENGTH } from './placeholder.ts';

/** A value that a rule took out of a request, and what stands for it. */
export interface VaultEntry {
  /** `EMAIL_BKQTZWRN`, without brackets. Unique within a conversation. */
  readonly core: string;
  readonly value: string;
  /** The detector that found it; empty for a text of the request that only looks like a placeholder. */
  readonly detector: string;
}

/** Keyed hash of a value, as a tag. `attempt` gives another one where two values would share one. */
export type Tagger = (label: string, value: string, attempt: number) => string;

/** Values of one exchange; more are redacted for good. */
const MOST_ENTRIES = 10_000;
/** UTF-16 units of one value; longer ones are redacted for good. */
const LONGEST_VALUE = 8192;

/** Entries among which parts of values are looked for; whole values are found among any number. */
const MOST_SEARCHED = 256;

const NONE: readonly VaultEntry[] = Object.freeze([]);

/** Label of the placeholder for a text that is not to be taken for a placeholder. */
const LITERAL_LABEL = 'TEXT';

/**
 * The values that one exchange may get back: those that its own request holds, and those of the conversation that the
 * provider keeps for it. Nothing else can be restored, whatever an answer says.
 */
export class ExchangeVault {
  readonly #tag: Tagger;
  readonly #byCore = new Map<string, VaultEntry>();
  readonly #byTag = new Map<string, VaultEntry[]>();
  readonly #byValue = new Map<string, VaultEntry>();
  /** Detectors by value. */
  readonly #values = new Map<string, string>();
  #fresh: VaultEntry[] = [];
  readonly #restored = new Set<VaultEntry>();
  #sorted: string[] | null = null;

  /** @param kept entries of the conversation that this exchange goes on with. */
  constructor(tag: Tagger, kept: readonly VaultEntry[] = []) {
    this.#tag = tag;
    for (const entry of kept) this.#add(entry);
  }

  get size(): number {
    return this.#byCore.size;
  }

  entries(): Iterable<VaultEntry> {
    return this.#byCore.values();
  }

  /** Entries that this exchange brought and that were not taken before. */
  takeFresh(): readonly VaultEntry[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** Entries that went back to the client. */
  get restored(): ReadonlySet<VaultEntry> {
    return this.#restored;
  }

  noteRestored(entry: VaultEntry): void {
    this.#restored.add(entry);
  }

  /** Entries whose placeholder ends in a tag, in capitals: one, hardly ever more. */
  withTag(tag: string): readonly VaultEntry[] {
    return this.#byTag.get(tag) ?? NONE;
  }

  /** True when some placeholder without brackets begins with `start`, in capitals, and goes on after it. */
  begins(start: string): boolean {
    const sorted = (this.#sorted ??= [...this.#byCore.keys()].toSorted());
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! <= start) low = middle + 1;
      else high = middle;
    }
    return sorted[low]?.startsWith(start) === true;
  }

  /**
   * The placeholder of a value, with brackets: the same one each time. Null when the value is too long or there are too
   * many: then it has to be redacted for good.
   */
  mint(label: string, value: string, detector: string): string | null {
    const known = this.#byValue.get(keyOf(label, value));
    if (known !== undefined) return `[${known.core}]`;
    if (value.length > LONGEST_VALUE || this.#byCore.size >= MOST_ENTRIES) return null;
    for (let attempt = 0; attempt < 16; attempt++) {
      const core = placeholderCore(label, this.#tag(label, value, attempt));
      const taken = this.#byCore.get(core);
      if (taken !== undefined && taken.value !== value) continue;
      const entry = taken ?? { core, value, detector };
      if (taken === undefined) {
        this.#add(entry);
        this.#fresh.push(entry);
      }
      this.#byValue.set(keyOf(label, value), entry);
      return `[${core}]`;
    }
    return null;
  }

  /** The placeholder for a text that looks like one of this exchange's placeholders and is the caller's own text. */
  mintLiteral(text: string): string | null {
    return this.mint(LITERAL_LABEL, text, '');
  }

  /** True when `text` is, or is part of, a value that this detector found in the caller's own texts. */
  holds(detector: string, text: string): boolean {
    if (this.#values.get(text) === detector) return true;
    let looked = 0;
    for (const entry of this.#byCore.values()) {
      if (++looked > MOST_SEARCHED) return false;
      if (entry.detector === detector && entry.value.includes(text)) return true;
    }
    return false;
  }

  #add(entry: VaultEntry): void {
    this.#byCore.set(entry.core, entry);
    this.#values.set(entry.value, entry.detector);
    const tag = entry.core.slice(-TAG_LENGTH);
    this.#byTag.set(tag, [...(this.#byTag.get(tag) ?? NONE), entry]);
    this.#sorted = null;
  }
}

/** What a label and a value are looked up by; labels hold no line end. */
function keyOf(label: string, value: string): string {
  return `${label}\n${value}`;
}
