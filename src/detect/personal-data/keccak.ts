/**
 * Keccak-256 with the original padding, as Ethereum uses it (not SHA3-256, whose padding differs).
 * Bertoni et al., "The Keccak reference" 3.0, https://keccak.team/files/Keccak-reference-3.0.pdf
 *
 * @param message at most 135 bytes: one block is all that an address needs.
 * @returns 64 hex digits.
 */
export function keccak256(message: Uint8Array): string {
  if (message.length >= RATE) throw new RangeError(`one block holds ${RATE - 1} bytes, not ${message.length}`);
  const block = new Uint8Array(200);
  block.set(message);
  block[message.length]! ^= 0x01;
  block[RATE - 1]! ^= 0x80;
  const view = new DataView(block.buffer);
  const state = Array.from({ length: 25 }, (_, lane) => view.getBigUint64(lane * 8, true));
  permute(state);
  let hex = '';
  for (let lane = 0; lane < 4; lane++) {
    view.setBigUint64(0, state[lane]!);
    for (let i = 7; i >= 0; i--) hex += block[i]!.toString(16).padStart(2, '0');
  }
  return hex;
}

const RATE = 136;
const MASK = (1n << 64n) - 1n;

function rotate(lane: bigint, by: number): bigint {
  return by === 0 ? lane : ((lane << BigInt(by)) | (lane >> BigInt(64 - by))) & MASK;
}

/** Keccak-f[1600]; lane (x, y) stands at x + 5y. */
function permute(state: bigint[]): void {
  let register = 1;
  for (let round = 0; round < 24; round++) {
    const parity = [0, 1, 2, 3, 4].map(
      (x) => state[x]! ^ state[x + 5]! ^ state[x + 10]! ^ state[x + 15]! ^ state[x + 20]!,
    );
    for (let i = 0; i < 25; i++) state[i]! ^= parity[(i + 4) % 5]! ^ rotate(parity[(i + 1) % 5]!, 1);
    // ρ and π in one walk.
    let [x, y] = [1, 0];
    let carried = state[1]!;
    for (let t = 0; t < 24; t++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const kept = state[x + 5 * y]!;
      state[x + 5 * y] = rotate(carried, (((t + 1) * (t + 2)) / 2) % 64);
      carried = kept;
    }
    for (let row = 0; row < 25; row += 5) {
      const lanes = state.slice(row, row + 5);
      for (let i = 0; i < 5; i++) state[row + i] = lanes[i]! ^ (~lanes[(i + 1) % 5]! & MASK & lanes[(i + 2) % 5]!);
    }
    // ι: constants from the register x⁸ + x⁶ + x⁵ + x⁴ + 1.
    for (let j = 0; j < 7; j++) {
      if (register & 1) state[0]! ^= 1n << BigInt((1 << j) - 1);
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1;
    }
  }
}
