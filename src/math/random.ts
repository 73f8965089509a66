/**
 * Seeded randomness for experiments that must be repeatable: xoshiro128** (Blackman and Vigna, "Scrambled Linear
 * Pseudorandom Number Generators", 2018), its state filled by splitmix32 from one seed. Not for keys or tokens.
 */
export interface Random {
  /** A whole number, 0 to 2^32 - 1. */
  uint32(): number;
  /** A number in [0, 1) with 53 random bits. */
  uniform(): number;
  /** A whole number in [0, `bound`). Without bias. */
  below(bound: number): number;
  /** A draw from the normal distribution with mean 0 and standard deviation 1. */
  normal(): number;
  /** Shuffles in place (Fisher and Yates). */
  shuffle<List extends { length: number; [index: number]: unknown }>(list: List): List;
  /**
   * A generator of its own for one sub-task: depends on the seed of this one and on the label only, never on how many numbers were
   * drawn, so that work can be split over threads, interrupted and resumed with the same result.
   */
  fork(label: string | number): Random;
}

/** @param seed any text or number; the same seed gives the same numbers on every machine. */
export function seededRandom(seed: string | number): Random {
  return fromHash(hashSeed(2166136261, String(seed)));
}

function fromHash(hash: number): Random {
  let mixing = hash;
  const splitmix = (): number => {
    mixing = (mixing + 0x9e3779b9) | 0;
    let z = mixing;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  let spare: number | undefined;

  const uint32 = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992;
  const below = (bound: number): number => {
    if (!(Number.isInteger(bound) && bound > 0 && bound <= 4294967296)) throw new RangeError(`below(${bound})`);
    const limit = 4294967296 - (4294967296 % bound);
    let drawn = uint32();
    while (drawn >= limit) drawn = uint32();
    return drawn % bound;
  };
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return {
    uint32,
    uniform,
    below,
    normal,
    shuffle: (list) => {
      for (let last = list.length - 1; last > 0; last--) {
        const other = below(last + 1);
        const kept = list[last];
        list[last] = list[other];
        list[other] = kept;
      }
      return list;
    },
    fork: (label) => fromHash(hashSeed(hash, `/${label}`)),
  };
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hashSeed(start: number, text: string): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619);
  return hash | 0;
}
