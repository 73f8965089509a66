/** Filters that programs are packed behind, undone in place (7-Zip's BCJ and Delta). */

/** Delta: every byte was stored as the difference to the one `distance` before. */
export function undoDelta(bytes: Uint8Array, distance: number): void {
  for (let at = distance; at < bytes.length; at++) bytes[at] = (bytes[at]! + bytes[at - distance]!) & 0xff;
}

/**
 * BCJ for x86: targets of CALL (E8) and JMP (E9) were made absolute where their top byte is 00 or FF. Which of them were is told by the opcodes just before:
 * `recent` holds one bit for each of the last three bytes that was such an opcode and was left alone.
 */
export function undoX86(bytes: Uint8Array): void {
  let recent = 0;
  let last = -1;
  for (let at = 0; at + 5 <= bytes.length;) {
    if ((bytes[at]! & 0xfe) !== 0xe8) {
      at++;
      continue;
    }
    const distance = last < 0 ? 4 : at - last;
    recent = distance > 3 ? 0 : (recent << (distance - 1)) & 7;
    last = at;
    const leave = (): void => {
      recent = ((recent << 1) & 7) | 1;
      at++;
    };
    // An opcode inside the operand of one before: only where the encoder could tell.
    if (recent === 3 || recent > 4) {
      leave();
      continue;
    }
    const shift = recent === 0 ? 0 : recent === 1 ? 1 : recent === 2 ? 2 : 3;
    if (shift > 0 && isSign(bytes[at + 4 - shift]!)) {
      leave();
      continue;
    }
    if (!isSign(bytes[at + 4]!)) {
      leave();
      continue;
    }
    let value = read32(bytes, at + 1);
    let target = (value - (at + 5)) >>> 0;
    while (recent !== 0) {
      const byte = (target >>> (24 - shift * 8)) & 0xff;
      if (!isSign(byte)) break;
      value = (target ^ (2 ** (32 - shift * 8) - 1)) >>> 0;
      target = (value - (at + 5)) >>> 0;
    }
    bytes[at + 1] = target & 0xff;
    bytes[at + 2] = (target >>> 8) & 0xff;
    bytes[at + 3] = (target >>> 16) & 0xff;
    bytes[at + 4] = ((target >>> 24) & 1) === 1 ? 0xff : 0;
    at += 5;
    last = at - 5;
  }
}

function isSign(byte: number): boolean {
  return byte === 0 || byte === 0xff;
}

function read32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
