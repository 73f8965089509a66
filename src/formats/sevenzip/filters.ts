/** Filters that programs are packed behind, undone in place (7-Zip's BCJ and Delta). */
export interface Filter {
  /**
   * Undoes what can be undone, and returns how many bytes are final: those behind them come again, in front of what follows.
   * @param isLast nothing follows
   */
  undo(bytes: Uint8Array, isLast: boolean): number;
}

/** Delta: every byte was stored as the difference to the one `distance` before. */
export class DeltaFilter implements Filter {
  /** The last bytes that came out, the oldest where the next goes. */
  readonly #before: Uint8Array;
  #at = 0;

  /** @param distance from 1 to 256 */
  constructor(distance: number) {
    this.#before = new Uint8Array(distance);
  }

  undo(bytes: Uint8Array): number {
    const before = this.#before;
    for (let at = 0; at < bytes.length; at++) {
      bytes[at] = before[this.#at] = (bytes[at]! + before[this.#at]!) & 0xff;
      if (++this.#at === before.length) this.#at = 0;
    }
    return bytes.length;
  }
}

/**
 * BCJ for x86: targets of CALL (E8) and JMP (E9) were made absolute where their top byte is 00 or FF. Which of them were is told by the opcodes just before:
 * `recent` holds one bit for each of the last three bytes that was such an opcode and was left alone.
 */
export class X86Filter implements Filter {
  /** Offset of the first byte that is not final. */
  #base = 0;
  #recent = 0;
  /** Offset of the last opcode, or -1. */
  #last = -1;

  undo(bytes: Uint8Array, isLast: boolean): number {
    let recent = this.#recent;
    let last = this.#last < 0 ? -5 : this.#last - this.#base;
    let at = 0;
    while (at + 5 <= bytes.length) {
      if ((bytes[at]! & 0xfe) !== 0xe8) {
        at++;
        continue;
      }
      const distance = at - last;
      recent = distance > 3 ? 0 : (recent << (distance - 1)) & 7;
      last = at;
      // An opcode inside the operand of one before: only where the encoder could tell.
      const shift = recent === 0 ? 0 : recent === 1 ? 1 : recent === 2 ? 2 : 3;
      const unclear = recent === 3 || recent > 4 || (shift > 0 && isSign(bytes[at + 4 - shift]!));
      if (unclear || !isSign(bytes[at + 4]!)) {
        recent = ((recent << 1) & 7) | 1;
        at++;
        continue;
      }
      const behind = this.#base + at + 5;
      let value = read32(bytes, at + 1);
      let target = (value - behind) >>> 0;
      while (recent !== 0) {
        const byte = (target >>> (24 - shift * 8)) & 0xff;
        if (!isSign(byte)) break;
        value = (target ^ (2 ** (32 - shift * 8) - 1)) >>> 0;
        target = (value - behind) >>> 0;
      }
      bytes[at + 1] = target & 0xff;
      bytes[at + 2] = (target >>> 8) & 0xff;
      bytes[at + 3] = (target >>> 16) & 0xff;
      bytes[at + 4] = ((target >>> 24) & 1) === 1 ? 0xff : 0;
      at += 5;
    }
    const final = isLast ? bytes.length : at;
    this.#recent = recent;
    this.#last = last < -4 ? -1 : this.#base + last;
    this.#base += final;
    return final;
  }
}

function isSign(byte: number): boolean {
  return byte === 0 || byte === 0xff;
}

function read32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
