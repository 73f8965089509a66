import type { Instances } from './instances.ts';
import { Seeded } from './seeded.ts';

export interface FitSettings {
  readonly epochs: number;
  readonly rate: number;
  /** L2 penalty, per instance seen. */
  readonly penalty: number;
  readonly seed: number;
  readonly damping: number;
  /** Weight of instances: how much each counts. */
  readonly weights: Float64Array;
}

export interface Fitted {
  readonly prior: number;
  readonly weights: Float32Array;
}

/**
 * Logistic regression by AdaGrad (Duchi, Hazan and Singer, JMLR 2011) on features divided by the root of their number.
 * The same data, settings and seed give the same weights.
 */
export function fit(instances: Instances, labels: Uint8Array, settings: FitSettings): Fitted {
  const { features, from } = instances;
  const count = instances.hashes.length;
  const weights = new Float32Array(count);
  const squares = new Float32Array(count).fill(1e-6);
  let prior = 0;
  let priorSquares = 1e-6;
  const order = Uint32Array.from({ length: from.length - 1 }, (_, i) => i).filter((i) => settings.weights[i]! > 0);
  const chance = new Seeded(settings.seed);
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    chance.shuffle(order);
    const rate = settings.rate / (1 + epoch * 0.5);
    for (const i of order) {
      const start = from[i]!;
      const end = from[i + 1]!;
      const scale = 1 / Math.sqrt(end - start + settings.damping);
      let sum = 0;
      for (let k = start; k < end; k++) sum += weights[features[k]!]!;
      const raw = prior + sum * scale;
      const error = (1 / (1 + Math.exp(-raw)) - labels[i]!) * settings.weights[i]!;
      if (Math.abs(error) < 1e-4) continue;
      priorSquares += error * error;
      prior -= (rate * error) / Math.sqrt(priorSquares);
      const slope = error * scale;
      for (let k = start; k < end; k++) {
        const id = features[k]!;
        const gradient = slope + settings.penalty * weights[id]!;
        squares[id]! += gradient * gradient;
        weights[id]! -= (rate * gradient) / Math.sqrt(squares[id]!);
      }
    }
  }
  return { prior, weights };
}

/** Raw scores of all instances. */
export function rawScores(instances: Instances, { prior, weights }: Fitted, damping: number): Float64Array {
  const { features, from } = instances;
  const scores = new Float64Array(from.length - 1);
  for (let i = 0; i < scores.length; i++) {
    let sum = 0;
    for (let k = from[i]!; k < from[i + 1]!; k++) sum += weights[features[k]!]!;
    scores[i] = prior + sum / Math.sqrt(from[i + 1]! - from[i]! + damping);
  }
  return scores;
}
