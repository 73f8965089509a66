const UTF8 = new TextEncoder();

/**
 * Writes protobuf's wire format from back to front, so that a message's length is known when its header is written: fields must be
 * written in reverse order.
 */
export class WireWriter {
  #bytes: Uint8Array;
  #view: DataView;
  /** Where the first written byte stands. */
  #at: number;

  /** @param capacity bytes expected; more is possible */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.max(64, capacity));
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = this.#bytes.length;
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#bytes.length - this.#at;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  #room(count: number): void {
    if (this.#at >= count) return;
    const size = this.size;
    const larger = new Uint8Array(Math.ceil((size + count) * 1.5) + 1024);
    larger.set(this.#bytes.subarray(this.#at), larger.length - size);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
    this.#at = larger.length - size;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#at -= bytes.length;
    this.#bytes.set(bytes, this.#at);
  }

  varint(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value < 2 ** 31) {
      const length = value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
      this.#room(length);
      this.#at -= length;
      let rest = value;
      for (let index = 0; index < length; index++) {
        this.#bytes[this.#at + index] = (rest & 0x7f) | (index < length - 1 ? 0x80 : 0);
        rest >>>= 7;
      }
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    const out: number[] = [];
    do {
      out.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
      rest >>= 7n;
    } while (rest > 0n);
    this.raw(Uint8Array.from(out));
  }

  int(field: number, value: number | bigint): void {
    this.varint(value);
    this.varint(field << 3);
  }

  float(field: number, value: number): void {
    this.#room(4);
    this.#at -= 4;
    this.#view.setFloat32(this.#at, value, true);
    this.varint((field << 3) | 5);
  }

  bytes(field: number, value: Uint8Array): void {
    this.raw(value);
    this.varint(value.length);
    this.varint((field << 3) | 2);
  }

  text(field: number, value: string): void {
    this.bytes(field, UTF8.encode(value));
  }

  /** A nested message, whose fields `body` writes, the last one first. */
  message(field: number, body: () => void): void {
    const before = this.size;
    body();
    this.varint(this.size - before);
    this.varint((field << 3) | 2);
  }

  /** Packed floats, or integers as varints. */
  packedFloats(field: number, values: readonly number[]): void {
    this.message(field, () => {
      this.#room(values.length * 4);
      for (let index = values.length - 1; index >= 0; index--) {
        this.#at -= 4;
        this.#view.setFloat32(this.#at, values[index]!, true);
      }
    });
  }

  packedInts(field: number, values: readonly (number | bigint)[]): void {
    this.message(field, () => {
      for (let index = values.length - 1; index >= 0; index--) this.varint(values[index]!);
    });
  }
}
