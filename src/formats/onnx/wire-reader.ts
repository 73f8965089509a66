import { Fault } from '../../core/fault.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads protobuf's wire format (protobuf.dev/programming-guides/encoding) from bytes that nobody vouches for. Every length is held
 * against what is left of the message that it stands in. Nothing is copied.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** Where the next byte is read. */
  at = 0;
  /** Where the message that is read now ends. */
  end: number;
  /** Names of the fields on the way to here, for messages. */
  readonly path: string[] = [];

  constructor(bytes: Uint8Array) {
    // A Buffer's slice() and subarray() are not those of other arrays.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  malformed(message: string): never {
    const place = `byte ${this.at}`;
    throw new Fault('ERR_MODEL_MALFORMED', `This is no readable ONNX model: ${message}.`, {
      where: this.path.length === 0 ? place : `${this.path.join('.')}, ${place}`,
      hint: 'Export the model again, and check that the file was copied completely (a Git LFS pointer is not the model).',
    });
  }

  /** A varint that must be small: field keys and lengths. */
  small(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.at >= this.end) this.malformed('it ends inside a number');
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return this.malformed('a length or field key is too long');
  }

  /** A varint of up to ten bytes, as the low and the high 32 bits. */
  #halves(): [low: number, high: number] {
    let low = 0;
    let high = 0;
    for (let count = 0; count < 10; count++) {
      if (this.at >= this.end) this.malformed('it ends inside a number');
      const byte = this.bytes[this.at++]!;
      const bits = byte & 0x7f;
      if (count < 4) low |= bits << (count * 7);
      else if (count === 4) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (count * 7 - 32);
      if (byte < 0x80) return [low >>> 0, high | 0];
    }
    return this.malformed('a number has more than ten bytes');
  }

  /** A signed 64-bit integer (int64, int32, enum): a number where it is exact, a bigint otherwise. */
  int64(): number | bigint {
    const [low, high] = this.#halves();
    if (high >= -0x200000 && high < 0x200000) {
      const value = high * 2 ** 32 + low;
      if (Number.isSafeInteger(value)) return value;
    }
    return (BigInt(high) << 32n) | BigInt(low);
  }

  /** The low 32 bits of a varint, signed. */
  int32(): number {
    return this.#halves()[0] | 0;
  }

  bigint(): bigint {
    const [low, high] = this.#halves();
    return (BigInt(high) << 32n) | BigInt(low);
  }

  float(): number {
    if (this.end - this.at < 4) this.malformed('it ends inside a number');
    const value = this.#view.getFloat32(this.at, true);
    this.at += 4;
    return value;
  }

  double(): number {
    if (this.end - this.at < 8) this.malformed('it ends inside a number');
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  /** A length-delimited field's bytes, as a view. */
  delimited(): Uint8Array {
    const length = this.small();
    if (length > this.end - this.at) this.malformed(`a field of ${length} bytes is longer than what is left`);
    const bytes = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return bytes;
  }

  text(): string {
    const start = this.at;
    const bytes = this.delimited();
    try {
      return UTF8.decode(bytes);
    } catch {
      this.at = start;
      return this.malformed('a text is not UTF-8');
    }
  }

  /** Reads a length, and narrows the reader to so many bytes. @returns the end to go back to, for `leave` */
  enter(): number {
    const length = this.small();
    if (length > this.end - this.at) this.malformed(`a part of ${length} bytes is longer than what is left`);
    const outer = this.end;
    this.end = this.at + length;
    return outer;
  }

  leave(outer: number): void {
    this.at = this.end;
    this.end = outer;
  }

  /** Skips a field of a wire type. */
  skip(wireType: number): void {
    switch (wireType) {
      case 0:
        this.#halves();
        return;
      case 1:
      case 5: {
        const size = wireType === 1 ? 8 : 4;
        if (this.end - this.at < size) this.malformed('it ends inside a number');
        this.at += size;
        return;
      }
      case 2:
        this.delimited();
        return;
      default:
        // 3 and 4 are groups, which ONNX never had; 6 and 7 are nothing.
        this.malformed(`a field has wire type ${wireType}`);
    }
  }
}
