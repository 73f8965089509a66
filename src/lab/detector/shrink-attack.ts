import { gatherRows, row } from '../evasion/rows.ts';
import type { LabelledData } from '../labelled-data.ts';
import { sampleSize } from '../target.ts';
import type { InputScorer } from './detector.ts';
import { isReported } from './reported.ts';

/** Shares of an attack's change that are tried, largest first. */
const SHARES = Array.from({ length: 20 }, (_, i) => 1 - i / 20);

/**
 * An attack that knows a detector and has nothing but its scores: takes of each change of another attack the largest share that is not
 * reported, and none where no share passes.
 * @param adversarial [count, ...inputShape], what the other attack found
 * @returns [count, ...inputShape], between clean and adversarial
 */
export async function shrinkAttack(
  scorer: InputScorer,
  data: LabelledData,
  adversarial: Float32Array,
  threshold: number,
): Promise<Float32Array> {
  const size = sampleSize(data);
  const found = data.inputs.slice();
  let left = Array.from({ length: data.count }, (_, i) => i);
  for (const share of SHARES) {
    if (left.length === 0) break;
    const clean = gatherRows(data.inputs, size, left);
    const points = between(clean, gatherRows(adversarial, size, left), share);
    const scores = await scorer.score(points, left.length);
    left = left.filter((i, at) => {
      if (isReported(scores[at]!, threshold)) return true;
      found.set(row(points, size, at), i * size);
      return false;
    });
  }
  return found;
}

/**
 * The same against a detector with a memory, row by row in the order of the series, each row in the state in which those before it leave the
 * detector: the attacker runs a copy of it.
 */
export async function shrinkSeriesAttack(
  scorer: InputScorer,
  data: LabelledData,
  adversarial: Float32Array,
  threshold: number,
): Promise<Float32Array> {
  const size = sampleSize(data);
  const found = data.inputs.slice();
  for (let i = 0; i < data.count; i++) {
    const [clean, changed] = [row(data.inputs, size, i), row(adversarial, size, i)];
    if (changed.every((value, f) => value === clean[f])) continue;
    const passes = async (share: number): Promise<boolean> => {
      found.set(between(clean, changed, share), i * size);
      // A copy: one call is one series.
      return !isReported((await scorer.score(found.slice(0, (i + 1) * size), i + 1))[i]!, threshold);
    };
    if (await passes(1)) continue;
    // What a detector of sums says rises with the change: bisection finds the largest share in five questions.
    let [low, high] = [0, 1];
    for (let round = 0; round < 5; round++) {
      const middle = (low + high) / 2;
      if (await passes(middle)) low = middle;
      else high = middle;
    }
    found.set(between(clean, changed, low), i * size);
  }
  return found;
}

function between(clean: Float32Array, adversarial: Float32Array, share: number): Float32Array {
  return clean.map((value, f) => value + share * (adversarial[f]! - value));
}
