/** An entry as it stands in the log. */
export interface FoundRecord {
  readonly index: number;
  /** RFC 6962 leaf hash (hex); null when the entry cannot be read. */
  readonly leaf: string | null;
  /** Of an entry that cannot be read: its whole bundle is missing, which is reported as one thing. */
  readonly lost: boolean;
}

/** What the bytes of an entry tell about it. */
export interface RecordIdentity {
  /** Null when there is none in it. */
  readonly id: string | null;
  /** Whether the memory should have it. */
  readonly kept: boolean;
}

/** An entry as something else remembers it: the store, or the lowest tiles of the tree. */
export interface RememberedLeaf {
  readonly index: number;
  readonly leaf: string;
  readonly id: string | null;
}

/** A stretch of the log in which it and the memory differ. */
export interface Stretch {
  readonly index: number;
  readonly found: (FoundRecord & RecordIdentity)[];
  readonly remembered: RememberedLeaf[];
  /** Place in the log less place in memory, before and after; null when nothing agrees after it. */
  readonly before: number;
  after: number | null;
  /** Records that agree behind it, up to the next stretch that moves places. */
  followers: number;
}

export interface Alignment {
  readonly stretches: readonly Stretch[];
  /** Records in stretches beyond those that are kept. */
  readonly dropped: number;
  /** Records that both sides have in the same order. */
  readonly agreed: number;
  /** Remembered records behind the end of the log. */
  readonly beyond: readonly RememberedLeaf[];
  /** Records behind the last remembered one that the memory should have. */
  readonly ahead: number;
}

/** How far both sides are read ahead to find where they agree again. */
const WINDOWS = [8, 64, 512, 4096, 65_536] as const;
/** Records that are kept for the report. */
const MAX_KEPT = 20_000;

/**
 * Holds the entries of a log against a memory of them, both in order. One removed record moves all that follow, so
 * places alone say little: after a difference both sides are read ahead to where they agree again, and what lies
 * between is a stretch. Memory is bounded by the largest window, whatever the log.
 */
export class RecordAligner {
  readonly #remembered: AsyncIterator<RememberedLeaf>;
  #exhausted = false;
  /** Read from either side and not yet judged. */
  #found: (FoundRecord & RecordIdentity)[] = [];
  #memory: RememberedLeaf[] = [];
  /** Records of the log that are needed before there is anything to judge. */
  #need = 1;
  #shift = 0;
  #open: Stretch | null = null;
  readonly #stretches: Stretch[] = [];
  #last: Stretch | null = null;
  #kept = 0;
  #dropped = 0;
  #agreed = 0;
  #ahead = 0;

  constructor(remembered: AsyncIterator<RememberedLeaf>) {
    this.#remembered = remembered;
  }

  /** The next entry of the log. `identity` is asked only where something does not agree at once. */
  async push(record: FoundRecord, identity: () => RecordIdentity): Promise<void> {
    if (this.#found.length === 0) {
      const head = this.#memory[0] ?? (await this.#head());
      if (head !== null && head.leaf === record.leaf) {
        this.#memory.shift();
        this.#agree(record.index, head);
        return;
      }
    }
    this.#found.push({ ...record, ...identity() });
    if (this.#found.length >= this.#need) await this.#judge(false);
  }

  /** @param size of the log: what is remembered of records behind it is `beyond`, for the caller to judge. */
  async finish(size: number): Promise<Alignment> {
    await this.#judge(true);
    const beyond: RememberedLeaf[] = [];
    for (let head = await this.#head(); head !== null; head = await this.#head()) {
      this.#memory.shift();
      if (head.index < size) this.#keep(this.#stretch(size).remembered, head);
      else if (beyond.length < MAX_KEPT) beyond.push(head);
      else this.#dropped += 1;
    }
    this.#close(null);
    return { stretches: this.#stretches, dropped: this.#dropped, agreed: this.#agreed, beyond, ahead: this.#ahead };
  }

  async #head(): Promise<RememberedLeaf | null> {
    if (this.#memory.length === 0) await this.#readAhead(1);
    return this.#memory[0] ?? null;
  }

  async #readAhead(count: number): Promise<void> {
    while (this.#memory.length < count && !this.#exhausted) {
      const step = await this.#remembered.next();
      if (step.done === true) this.#exhausted = true;
      else this.#memory.push(step.value);
    }
  }

  async #judge(ended: boolean): Promise<void> {
    this.#need = 1;
    while (this.#found.length > 0) {
      const record = this.#found[0]!;
      const memory = await this.#head();
      if (memory === null) {
        this.#found.shift();
        if (record.kept) this.#ahead += 1;
        else if (record.leaf === null && this.#open !== null) this.#keep(this.#open.found, record);
      } else if (record.leaf === memory.leaf) {
        this.#found.shift();
        this.#memory.shift();
        this.#agree(record.index, memory);
      } else if (!record.kept && record.index < memory.index + this.#shift) {
        // The memory has nothing for this place, and need not.
        this.#found.shift();
        if (record.leaf === null) this.#keep(this.#stretch(record.index).found, record);
      } else if (!(await this.#resume(ended))) {
        return;
      }
    }
  }

  /** Consumes both sides up to where they agree again. False when more of the log is needed to see where that is. */
  async #resume(ended: boolean): Promise<boolean> {
    for (const window of WINDOWS) {
      if (this.#found.length < window && !ended) {
        this.#need = window;
        return false;
      }
      await this.#readAhead(window);
      const meeting = this.#meet(window);
      if (meeting !== null) {
        this.#take(...meeting);
        return true;
      }
      if (ended && this.#exhausted && Math.max(this.#found.length, this.#memory.length) <= window) break;
    }
    const width = Math.min(this.#found.length, this.#memory.length, WINDOWS.at(-1)!);
    this.#take(width, width);
    return true;
  }

  /** The nearest pair of equal records within a window, as how many of each side are before it. */
  #meet(window: number): readonly [number, number] | null {
    const places = new Map<string, number>();
    for (let at = Math.min(window, this.#memory.length) - 1; at >= 0; at -= 1) places.set(this.#memory[at]!.leaf, at);
    let best: readonly [number, number] | null = null;
    let least = Infinity;
    const limit = Math.min(window, this.#found.length);
    // Records that the memory does not keep are passed without a cost.
    for (let at = 0, steps = 0; at < limit && steps <= least; at += 1) {
      const { leaf, kept } = this.#found[at]!;
      const other = leaf === null ? undefined : places.get(leaf);
      if (other !== undefined) {
        // Of those that are equally near: the one that moves places least, then the one that takes more from the log,
        // so that two records that changed places and a copy that was put in are seen as that.
        const cost = steps + other + Math.abs(steps - other) / (2 * window);
        if (cost <= least) {
          least = cost;
          best = [at, other];
        }
      }
      if (leaf === null || kept) steps += 1;
    }
    return best;
  }

  #take(found: number, memory: number): void {
    const stretch = this.#stretch(this.#found[0]!.index);
    for (const record of this.#found.splice(0, found)) this.#keep(stretch.found, record);
    for (const record of this.#memory.splice(0, memory)) this.#keep(stretch.remembered, record);
  }

  #keep<T>(list: T[], record: T): void {
    if (this.#kept >= MAX_KEPT) {
      this.#dropped += 1;
      return;
    }
    this.#kept += 1;
    list.push(record);
  }

  #agree(index: number, memory: RememberedLeaf): void {
    const shift = index - memory.index;
    // Places moved although nothing that the memory keeps did.
    if (shift !== this.#shift) this.#stretch(index);
    if (this.#open !== null) this.#close(shift);
    this.#agreed += 1;
    if (this.#last !== null) this.#last.followers += 1;
  }

  #stretch(index: number): Stretch {
    this.#open ??= { index, found: [], remembered: [], before: this.#shift, after: null, followers: 0 };
    return this.#open;
  }

  #close(shift: number | null): void {
    const stretch = this.#open;
    if (stretch === null) return;
    this.#open = null;
    stretch.after = shift;
    this.#stretches.push(stretch);
    if (shift === null || shift === this.#shift) return;
    this.#shift = shift;
    this.#last = stretch;
  }
}
