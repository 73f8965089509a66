import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PAGE = 1 << 16;
/** Bytes kept in memory before anything is written. */
const HELD = 8 << 20;

/** Records of one width, appended and then read at any place; beyond 8 MiB they lie in a temporary file. */
export class RecordFile {
  readonly #width: number;
  readonly #perPage: number;
  readonly #record: Buffer;
  #held: Buffer[] = [];
  #page: Buffer;
  #filled = 0;
  #count = 0;
  #written = 0;
  #file: { readonly descriptor: number; readonly folder: string } | null = null;

  constructor(width: number) {
    this.#width = width;
    this.#perPage = Math.floor(PAGE / width);
    this.#page = Buffer.allocUnsafe(this.#perPage * width);
    this.#record = Buffer.allocUnsafe(width);
  }

  get count(): number {
    return this.#count;
  }

  append(record: Uint8Array): void {
    this.#page.set(record, this.#filled);
    this.#filled += this.#width;
    this.#count++;
    if (this.#filled < this.#page.length) return;
    this.#held.push(this.#page);
    if (this.#held.length * PAGE > HELD) this.#spill();
    this.#page = Buffer.allocUnsafe(this.#page.length);
    this.#filled = 0;
  }

  /** A record; what is returned is valid until the next call. */
  read(index: number): Buffer {
    const page = Math.floor(index / this.#perPage);
    if (page >= this.#written) {
      const from = (index % this.#perPage) * this.#width;
      return (this.#held[page - this.#written] ?? this.#page).subarray(from, from + this.#width);
    }
    // Rows are read at places all over the file: what lies around one is of no use.
    for (let filled = 0; filled < this.#width;) {
      const at = index * this.#width + filled;
      const count = readSync(this.#file!.descriptor, this.#record, filled, this.#width - filled, at);
      if (count === 0) throw new RangeError('a file of records ends early');
      filled += count;
    }
    return this.#record;
  }

  close(): void {
    if (this.#file === null) return;
    closeSync(this.#file.descriptor);
    rmSync(this.#file.folder, { recursive: true, force: true });
    this.#file = null;
  }

  #spill(): void {
    if (this.#file === null) {
      const folder = mkdtempSync(join(tmpdir(), 'parapet-rows-'));
      this.#file = { folder, descriptor: openSync(join(folder, 'records'), 'wx+', 0o600) };
    }
    for (const page of this.#held) {
      for (let at = 0; at < page.length;) {
        at += writeSync(this.#file.descriptor, page, at, page.length - at, this.#written * page.length + at);
      }
      this.#written++;
    }
    this.#held = [];
  }
}
