import { mergeRuns, type Run } from './merge-runs.ts';
import { sortRecords } from './sort-records.ts';
import { TemporaryFile } from './temporary-file.ts';

const FIRST_MEMORY = 1 << 18;
const MEMORY = 4 << 20;
/** Runs that are merged at once. */
const FAN_IN = 128;
const WRITE_BEHIND = 1 << 18;

/** Runs of about one length in one file; when there are `FAN_IN` of them, they become one of the level above. */
class Level {
  readonly runs: Run[] = [];
  readonly file = new TemporaryFile();
  end = 0;
}

/**
 * Sorts records of one width by their bytes, however many there are: what does not fit into memory is sorted in runs, which lie on the disk and are
 * merged. Nothing is written while all records fit. A sort has one open file for each power of 128 runs: two for half a gigabyte, three for 64.
 */
export class ExternalSort {
  readonly #width: number;
  readonly #memory: number;
  readonly #levels: Level[] = [];
  #held: Buffer;
  #sorted: Buffer | null = null;
  #filled = 0;
  #count = 0;

  /**
   * @param width bytes of a record, 8 or more
   * @param memory bytes held before a run is written
   */
  constructor(width: number, memory: number = MEMORY) {
    this.#width = width;
    this.#memory = Math.max(memory - (memory % width), width * 2);
    this.#held = Buffer.allocUnsafe(Math.min(this.#memory, FIRST_MEMORY - (FIRST_MEMORY % width)));
  }

  /** Records in all. */
  get count(): number {
    return this.#count;
  }

  /** Copies the record. @throws Fault `ERR_STORE` where the disk is full */
  add(record: Uint8Array): void {
    if (this.#filled === this.#held.length) this.#makeRoom();
    this.#held.set(record, this.#filled);
    this.#filled += this.#width;
    this.#count++;
  }

  /** All records in order. A record is valid until the next one is asked for. May be called once; `close` ends it. */
  *sorted(): Generator<Buffer> {
    if (this.#levels.length === 0) {
      const last = this.#sort();
      for (let at = 0; at < last.length; at += this.#width) yield last.subarray(at, at + this.#width);
      return;
    }
    if (this.#filled > 0) this.#write();
    this.#held = Buffer.alloc(0);
    this.#sorted = null;
    const runs = this.#levels.flatMap((level) => level.runs);
    yield* mergeRuns(runs, this.#width);
  }

  /** Removes what lies on the disk. */
  close(): void {
    for (const { file } of this.#levels.splice(0)) file.close();
  }

  #makeRoom(): void {
    if (this.#held.length < this.#memory) {
      const larger = Buffer.allocUnsafe(Math.min(this.#memory, this.#held.length * 2));
      this.#held.copy(larger);
      this.#held = larger;
    } else this.#write();
  }

  #sort(): Buffer {
    this.#sorted ??= Buffer.allocUnsafe(this.#held.length);
    return sortRecords(this.#held.subarray(0, this.#filled), this.#width, this.#sorted);
  }

  #write(): void {
    const level = this.#level(0);
    const bytes = this.#sort();
    level.file.write(bytes, level.end);
    level.runs.push({ file: level.file, start: level.end, length: bytes.length });
    level.end += bytes.length;
    this.#filled = 0;
    if (level.runs.length === FAN_IN) this.#lift(0);
  }

  /** Merges a full level into one run of the level above. */
  #lift(number: number): void {
    const [full, above] = [this.#level(number), this.#level(number + 1)];
    const start = above.end;
    const buffer = Buffer.allocUnsafe(Math.max(WRITE_BEHIND, this.#width));
    let filled = 0;
    const flush = (): void => {
      above.file.write(buffer.subarray(0, filled), above.end);
      above.end += filled;
      filled = 0;
    };
    for (const record of mergeRuns(full.runs, this.#width)) {
      if (filled + record.length > buffer.length) flush();
      buffer.set(record, filled);
      filled += record.length;
    }
    flush();
    above.runs.push({ file: above.file, start, length: above.end - start });
    full.runs.length = 0;
    full.end = 0;
    full.file.empty();
    if (above.runs.length === FAN_IN) this.#lift(number + 1);
  }

  #level(number: number): Level {
    const known = this.#levels[number];
    if (known !== undefined) return known;
    const made = new Level();
    this.#levels.push(made);
    return made;
  }
}
