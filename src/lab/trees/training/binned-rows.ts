import { floorToFloat32 } from '../../../math/float32-order.ts';

/** How far an attacker can move each feature, down and up, in the feature's own unit. 0: not at all; infinite: anywhere. */
export interface Reach {
  /** [features]. */
  readonly down: Float64Array;
  readonly up: Float64Array;
}

/**
 * Rows as places among candidate thresholds. For a split `x <= thresholds[k]`, a row that an attacker may move is certainly on the right for
 * `k < from`, certainly on the left for `k >= to`, and on the side of the attacker's choice in between.
 */
export interface BinnedRows {
  readonly rows: number;
  readonly features: number;
  /** Candidate thresholds by feature, rising, float32. */
  readonly thresholds: readonly Float32Array[];
  /** [features, rows], feature by feature. */
  readonly from: Uint16Array;
  readonly to: Uint16Array;
}

/**
 * Candidate thresholds lie between neighbouring values of `x - down` and `x + up`, where a split's worst case changes, and within the values that rows have:
 * beyond them a leaf would be reached by attacks alone. Where there are more than `most`, they lie at even shares of the rows.
 * @param movable by row: 0 for a row that nobody moves
 */
export function binRows(
  x: Float32Array,
  rows: number,
  features: number,
  reach: Reach,
  movable: Uint8Array,
  most: number,
): BinnedRows {
  const thresholds = Array.from({ length: features }, (_, feature) => {
    const [low, high] = intervals(x, rows, features, feature, reach, movable);
    let [least, greatest] = [Infinity, -Infinity];
    for (let row = 0; row < rows; row++) {
      least = Math.min(least, x[row * features + feature]!);
      greatest = Math.max(greatest, x[row * features + feature]!);
    }
    return candidates(low, high, most).filter((cut) => cut >= least && cut < greatest);
  });
  return placeRows(x, rows, thresholds, reach, movable);
}

/** Rows among thresholds that exist. */
export function placeRows(
  x: Float32Array,
  rows: number,
  thresholds: readonly Float32Array[],
  reach: Reach,
  movable: Uint8Array,
): BinnedRows {
  const features = thresholds.length;
  const from = new Uint16Array(rows * features);
  const to = new Uint16Array(rows * features);
  thresholds.forEach((cuts, feature) => {
    const [low, high] = intervals(x, rows, features, feature, reach, movable);
    for (let row = 0; row < rows; row++) {
      from[feature * rows + row] = firstNotBelow(cuts, low[row]!);
      to[feature * rows + row] = firstNotBelow(cuts, high[row]!);
    }
  });
  return { rows, features, thresholds, from, to };
}

/** Where an attacker can put a feature, row by row. */
function intervals(
  x: Float32Array,
  rows: number,
  features: number,
  feature: number,
  reach: Reach,
  movable: Uint8Array,
): [Float64Array, Float64Array] {
  const low = new Float64Array(rows);
  const high = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const value = x[row * features + feature]!;
    low[row] = movable[row] === 1 ? value - reach.down[feature]! : value;
    high[row] = movable[row] === 1 ? value + reach.up[feature]! : value;
  }
  return [low, high];
}

function candidates(low: Float64Array, high: Float64Array, most: number): Float32Array {
  const all = new Float64Array(low.length * 2);
  all.set(low);
  all.set(high, low.length);
  const finite = all.filter((value) => Number.isFinite(value)).sort();
  const cuts: number[] = [];
  let before = finite[0] ?? NaN;
  const step = finite.length / most;
  let last = -Infinity;
  let distinct = 1;
  for (let index = 1; index < finite.length; index++) if (finite[index] !== finite[index - 1]) distinct++;
  for (let index = 1; index < finite.length; index++) {
    const value = finite[index]!;
    if (value === before) continue;
    if (distinct <= most || index - last >= step) {
      const cut = floorToFloat32((before + value) / 2);
      // Values closer than two float32 numbers have no threshold between them.
      if (cut >= before && cut < value && cut !== cuts.at(-1)) {
        cuts.push(cut);
        last = index;
      }
    }
    before = value;
  }
  return Float32Array.from(cuts);
}

/** First threshold that is not below a value: the first split that sends it left. */
function firstNotBelow(cuts: Float32Array, value: number): number {
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
