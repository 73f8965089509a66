const [P1, P2, P3, P4, P5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1].map((prime) => prime | 0) as [
  number,
  number,
  number,
  number,
  number,
];
const STRIPE = 16;

function turn(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** xxHash of 32 bits (xxHash specification 0.1.1, XXH32) with seed 0: the checksum of LZ4 frames. */
export class Xxh32 {
  #lanes: [number, number, number, number] = [(P1 + P2) | 0, P2, 0, -P1 | 0];
  /** Bytes that do not make a stripe yet. */
  readonly #rest = new Uint8Array(STRIPE);
  #held = 0;
  #length = 0;

  update(bytes: Uint8Array): this {
    this.#length += bytes.length;
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(bytes.length, STRIPE - this.#held);
      this.#rest.set(bytes.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < STRIPE) return this;
      this.#stripes(this.#rest, 0);
    }
    at = this.#stripes(bytes, at);
    this.#rest.set(bytes.subarray(at));
    this.#held = bytes.length - at;
    return this;
  }

  /** Takes whole stripes, and returns where these end. */
  #stripes(bytes: Uint8Array, from: number): number {
    let [a, b, c, d] = this.#lanes;
    let at = from;
    for (; at + STRIPE <= bytes.length; at += STRIPE) {
      a = Math.imul(turn((a + Math.imul(word(bytes, at), P2)) | 0, 13), P1);
      b = Math.imul(turn((b + Math.imul(word(bytes, at + 4), P2)) | 0, 13), P1);
      c = Math.imul(turn((c + Math.imul(word(bytes, at + 8), P2)) | 0, 13), P1);
      d = Math.imul(turn((d + Math.imul(word(bytes, at + 12), P2)) | 0, 13), P1);
    }
    this.#lanes = [a, b, c, d];
    return at;
  }

  /** A number from 0 to 2^32 - 1. */
  digest(): number {
    const [a, b, c, d] = this.#lanes;
    let hash = this.#length < STRIPE ? P5 : (turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18)) | 0;
    hash = (hash + this.#length) | 0;
    let at = 0;
    for (; at + 4 <= this.#held; at += 4)
      hash = Math.imul(turn((hash + Math.imul(word(this.#rest, at), P3)) | 0, 17), P4);
    for (; at < this.#held; at++) hash = Math.imul(turn((hash + Math.imul(this.#rest[at]!, P5)) | 0, 11), P1);
    hash = Math.imul(hash ^ (hash >>> 15), P2);
    hash = Math.imul(hash ^ (hash >>> 13), P3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}

export function xxh32(bytes: Uint8Array): number {
  return new Xxh32().update(bytes).digest();
}
