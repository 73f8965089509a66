import { freeBytes } from '../../bytes/free-bytes.ts';

/** A stack of doubles in a typed array: a fifth of the memory and several times the speed of a plain array of mixed numbers. */
export class GrowingNumbers {
  #data: Float64Array;
  #length = 0;

  constructor(capacity: number) {
    this.#data = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#data.length) this.#grow();
    this.#data[this.#length++] = value;
  }

  #grow(): void {
    const larger = new Float64Array(this.#data.length * 2);
    larger.set(this.#data);
    freeBytes(new Uint8Array(this.#data.buffer));
    this.#data = larger;
  }

  /** The caller knows that it is not empty. */
  pop(): number {
    return this.#data[--this.#length]!;
  }

  at(index: number): number {
    return this.#data[index]!;
  }

  set(index: number, value: number): void {
    this.#data[index] = value;
  }

  /** The memory itself, for loops that write past `length` and set it afterwards with `truncate`; room for at least `more` numbers. */
  room(more: number): Float64Array {
    while (this.#length + more > this.#data.length) this.#grow();
    return this.#data;
  }

  /** Gives the memory back: nothing may be asked of it afterwards. */
  free(): void {
    freeBytes(new Uint8Array(this.#data.buffer));
  }

  truncate(length: number): void {
    this.#length = length;
  }

  slice(from: number): readonly number[] {
    return [...this.#data.subarray(from, this.#length)];
  }
}
