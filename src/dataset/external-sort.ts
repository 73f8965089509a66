import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FIRST_MEMORY = 1 << 18;
const MEMORY = 8 << 20;
const READ_AHEAD = 1 << 16;
/** Runs that are merged at once; their buffers together are as large as the one that is sorted. */
const FAN_IN = 128;

interface Run {
  readonly descriptor: number;
  /** Bytes. */
  readonly length: number;
}

/**
 * Sorts records of one width by their bytes, however many there are: what does not fit into memory is sorted in runs, which lie in a temporary
 * folder and are merged. Nothing is written while all records fit.
 */
export class ExternalSort {
  readonly #width: number;
  readonly #memory: number;
  #held: Buffer;
  #filled = 0;
  #runs: Run[] = [];
  #folder: string | null = null;
  #made = 0;
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

  /** Copies the record. */
  add(record: Uint8Array): void {
    if (this.#filled === this.#held.length) this.#makeRoom();
    this.#held.set(record, this.#filled);
    this.#filled += this.#width;
    this.#count++;
  }

  /** All records in order. A record is valid until the next one is asked for. May be called once; `close` ends it. */
  *sorted(): Generator<Buffer> {
    const last = sortRecords(this.#held.subarray(0, this.#filled), this.#width);
    if (this.#runs.length === 0) {
      for (let at = 0; at < last.length; at += this.#width) yield last.subarray(at, at + this.#width);
      return;
    }
    if (last.length > 0) this.#write(last);
    this.#held = Buffer.alloc(0);
    this.#filled = 0;
    while (this.#runs.length > FAN_IN) {
      const some = this.#runs.splice(0, FAN_IN);
      const writer = new RunWriter(this.#newFile());
      for (const record of merge(some, this.#width)) writer.add(record);
      for (const { descriptor } of some) closeSync(descriptor);
      this.#runs.push(writer.end());
    }
    yield* merge(this.#runs, this.#width);
  }

  /** Removes what lies on the disk. */
  close(): void {
    for (const { descriptor } of this.#runs) closeSync(descriptor);
    this.#runs = [];
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  #makeRoom(): void {
    if (this.#held.length < this.#memory) {
      const larger = Buffer.allocUnsafe(Math.min(this.#memory, this.#held.length * 2));
      this.#held.copy(larger);
      this.#held = larger;
      return;
    }
    this.#write(sortRecords(this.#held.subarray(0, this.#filled), this.#width));
    this.#filled = 0;
  }

  #write(bytes: Buffer): void {
    const descriptor = this.#newFile();
    writeAll(descriptor, bytes);
    this.#runs.push({ descriptor, length: bytes.length });
  }

  #newFile(): number {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'parapet-sort-'));
    return openSync(join(this.#folder, String(this.#made++)), 'wx+', 0o600);
  }
}

class RunWriter {
  readonly #descriptor: number;
  readonly #buffer = Buffer.allocUnsafe(1 << 18);
  #filled = 0;
  #length = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  add(record: Uint8Array): void {
    if (this.#filled + record.length > this.#buffer.length) this.#flush();
    this.#buffer.set(record, this.#filled);
    this.#filled += record.length;
  }

  end(): Run {
    this.#flush();
    return { descriptor: this.#descriptor, length: this.#length };
  }

  #flush(): void {
    writeAll(this.#descriptor, this.#buffer.subarray(0, this.#filled));
    this.#length += this.#filled;
    this.#filled = 0;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, bytes.length - at);
}

/** Bytes that are sorted by distribution: they settle nearly every comparison. */
const DIGITS = 6;

/** Sorts by the first six bytes, two at a time from the last (a radix sort), and then what is equal in them by comparison. */
function sortRecords(bytes: Buffer, width: number): Buffer {
  const count = bytes.length / width;
  let order = Uint32Array.from({ length: count }, (_, at) => at * width);
  let other = new Uint32Array(count);
  const starts = new Uint32Array(1 << 16);
  for (let digit = DIGITS - 2; digit >= 0; digit -= 2) {
    starts.fill(0);
    for (let at = 0; at < count; at++) {
      const from = at * width + digit;
      starts[(bytes[from]! << 8) | bytes[from + 1]!]!++;
    }
    let sum = 0;
    for (let value = 0; value < starts.length; value++) {
      const here = starts[value]!;
      starts[value] = sum;
      sum += here;
    }
    for (let at = 0; at < count; at++) {
      const from = order[at]! + digit;
      other[starts[(bytes[from]! << 8) | bytes[from + 1]!]!++] = order[at]!;
    }
    [order, other] = [other, order];
  }
  const compare = (a: number, b: number): number => {
    for (let at = DIGITS; at < width; at++) {
      const apart = bytes[a + at]! - bytes[b + at]!;
      if (apart !== 0) return apart;
    }
    return 0;
  };
  for (let from = 0, to = 1; to <= count; to++) {
    if (to < count && sameStart(bytes, order[from]!, order[to]!)) continue;
    if (to - from > 1) order.subarray(from, to).sort(compare);
    from = to;
  }
  const sorted = Buffer.allocUnsafe(bytes.length);
  for (let at = 0; at < count; at++) bytes.copy(sorted, at * width, order[at]!, order[at]! + width);
  return sorted;
}

function sameStart(bytes: Buffer, a: number, b: number): boolean {
  for (let at = 0; at < DIGITS; at++) if (bytes[a + at] !== bytes[b + at]) return false;
  return true;
}

/** Reads a run from its beginning. */
class RunReader {
  readonly #run: Run;
  readonly #width: number;
  readonly #buffer: Buffer;
  #read = 0;
  #at = 0;
  #end = 0;

  constructor(run: Run, width: number) {
    this.#run = run;
    this.#width = width;
    this.#buffer = Buffer.allocUnsafe(Math.max(width, READ_AHEAD - (READ_AHEAD % width)));
  }

  /** The record at the front; null at the end. */
  front: Buffer | null = null;

  next(): void {
    if (this.#at === this.#end) {
      const wanted = Math.min(this.#buffer.length, this.#run.length - this.#read);
      let filled = 0;
      while (filled < wanted) {
        const count = readSync(this.#run.descriptor, this.#buffer, filled, wanted - filled, this.#read + filled);
        if (count === 0) throw new RangeError('a sorted run ends early');
        filled += count;
      }
      this.#read += wanted;
      this.#at = 0;
      this.#end = wanted;
    }
    this.front = this.#end === 0 ? null : this.#buffer.subarray(this.#at, this.#at + this.#width);
    this.#at += this.#end === 0 ? 0 : this.#width;
  }
}

function* merge(runs: readonly Run[], width: number): Generator<Buffer> {
  const heap: RunReader[] = [];
  const down = (from: number): void => {
    const moved = heap[from]!;
    let at = from;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && Buffer.compare(heap[child + 1]!.front!, heap[child]!.front!) < 0) child++;
      if (Buffer.compare(moved.front!, heap[child]!.front!) <= 0) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = moved;
  };
  for (const run of runs) {
    const reader = new RunReader(run, width);
    reader.next();
    if (reader.front !== null) heap.push(reader);
  }
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) down(at);
  const out = Buffer.allocUnsafe(width);
  while (heap.length > 0) {
    const least = heap[0]!;
    least.front!.copy(out);
    yield out;
    least.next();
    if (least.front === null) {
      const last = heap.pop()!;
      if (heap.length === 0 || last === least) continue;
      heap[0] = last;
    }
    down(0);
  }
}
