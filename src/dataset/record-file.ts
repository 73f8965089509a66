import { TemporaryFile } from './temporary-file.ts';

const FIRST_MEMORY = 1 << 16;
/** Bytes kept in memory before anything is written. */
const MEMORY = 4 << 20;

/** Records of one width, appended and then read at any place; beyond 4 MiB they lie on the disk. */
export class RecordFile {
  readonly #width: number;
  readonly #memory: number;
  readonly #record: Buffer;
  #held: Buffer;
  #filled = 0;
  /** Bytes. */
  #written = 0;
  #file: TemporaryFile | null = null;

  constructor(width: number) {
    this.#width = width;
    this.#memory = MEMORY - (MEMORY % width);
    this.#held = Buffer.allocUnsafe(FIRST_MEMORY - (FIRST_MEMORY % width));
    this.#record = Buffer.allocUnsafe(width);
  }

  get count(): number {
    return (this.#written + this.#filled) / this.#width;
  }

  /** @throws Fault `ERR_STORE` where the disk is full */
  append(record: Uint8Array): void {
    if (this.#filled === this.#held.length) this.#makeRoom();
    this.#held.set(record, this.#filled);
    this.#filled += this.#width;
  }

  /** A record; what is returned is valid until the next call. */
  read(index: number): Buffer {
    const at = index * this.#width;
    if (at >= this.#written) return this.#held.subarray(at - this.#written, at - this.#written + this.#width);
    // Rows are read at places all over the file: what lies around one is of no use.
    this.#file!.read(this.#record, 0, this.#width, at);
    return this.#record;
  }

  /** Takes the last record away. */
  dropLast(): void {
    if (this.#filled === 0) {
      const back = Math.min(this.#written, this.#memory >> 1);
      this.#filled = back - (back % this.#width);
      if (this.#filled === 0) throw new RangeError('a file of records is empty');
      this.#written -= this.#filled;
      this.#file!.read(this.#held, 0, this.#filled, this.#written);
    }
    this.#filled -= this.#width;
  }

  /** Takes all records away. */
  clear(): void {
    if (this.#written > 0) this.#file!.empty();
    this.#written = 0;
    this.#filled = 0;
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #makeRoom(): void {
    if (this.#held.length < this.#memory) {
      const larger = Buffer.allocUnsafe(Math.min(this.#memory, this.#held.length * 2));
      this.#held.copy(larger);
      this.#held = larger;
      return;
    }
    this.#file ??= new TemporaryFile();
    this.#file.write(this.#held, this.#written);
    this.#written += this.#filled;
    this.#filled = 0;
  }
}
