import type { TemporaryFile } from './temporary-file.ts';

/** Bytes that are read ahead of a run, and what all of these together may be. */
const READ_AHEAD = 1 << 16;
const READ_AHEAD_ALL = 4 << 20;
/** Bytes that a record is told apart by at first, as one number. */
const LEAD = 6;

/** Sorted records of one width, one after another in a file; bytes. */
export interface Run {
  readonly file: TemporaryFile;
  readonly start: number;
  readonly length: number;
}

/** Reads a run from its beginning. */
class RunReader {
  readonly buffer: Buffer;
  /** Where the record at the front stands in the buffer. */
  at = 0;
  /** First bytes of the record at the front. */
  lead = 0;
  readonly #run: Run;
  readonly #width: number;
  #read = 0;
  #end = 0;

  constructor(run: Run, width: number, ahead: number) {
    this.#run = run;
    this.#width = width;
    this.buffer = Buffer.allocUnsafe(Math.max(width, ahead - (ahead % width)));
  }

  /** To the first record, and then to the next one; false at the end. */
  next(): boolean {
    this.at += this.#width;
    if (this.at >= this.#end) {
      const wanted = Math.min(this.buffer.length, this.#run.length - this.#read);
      if (wanted === 0) return false;
      this.#run.file.read(this.buffer, 0, wanted, this.#run.start + this.#read);
      this.#read += wanted;
      this.#end = wanted;
      this.at = 0;
    }
    this.lead = this.buffer.readUIntBE(this.at, LEAD);
    return true;
  }
}

/** All records of the runs in order, by a heap of runs. A record is valid until the next one is asked for. */
export function* mergeRuns(runs: readonly Run[], width: number): Generator<Buffer> {
  const ahead = Math.min(READ_AHEAD, Math.max(1 << 12, Math.floor(READ_AHEAD_ALL / Math.max(1, runs.length))));
  const less = (a: RunReader, b: RunReader): boolean => {
    if (a.lead !== b.lead) return a.lead < b.lead;
    for (let byte = LEAD; byte < width; byte++) {
      const apart = a.buffer[a.at + byte]! - b.buffer[b.at + byte]!;
      if (apart !== 0) return apart < 0;
    }
    return false;
  };
  const heap: RunReader[] = [];
  const down = (from: number): void => {
    const moved = heap[from]!;
    let at = from;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && less(heap[child + 1]!, heap[child]!)) child++;
      if (!less(heap[child]!, moved)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = moved;
  };
  for (const run of runs) {
    const reader = new RunReader(run, width, ahead);
    if (reader.next()) heap.push(reader);
  }
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) down(at);
  const out = Buffer.allocUnsafe(width);
  while (heap.length > 0) {
    const least = heap[0]!;
    for (let byte = 0; byte < width; byte++) out[byte] = least.buffer[least.at + byte]!;
    yield out;
    if (!least.next()) {
      const last = heap.pop()!;
      if (last === least) continue;
      heap[0] = last;
    }
    down(0);
  }
}
