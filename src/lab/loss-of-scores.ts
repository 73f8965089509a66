import type { Loss } from '../engine/loss.ts';

export interface ScoredLoss {
  /** [n]. */
  readonly losses: Float32Array;
  /** d loss_i / d z_i, [n, classes]. */
  readonly weights: Float32Array;
}

/** What keeps the divisor of a DLR loss above zero, as in the reference implementation. */
const DLR_FLOOR = 1e-12;

/**
 * A loss and its derivative by the scores, outside any graph. With it a target that is composed of others (an ensemble, a function of
 * scores) needs of its members only the gradient of weighted scores.
 * @param scores [n, classes]
 */
export function lossOfScores(scores: Float32Array, n: number, classes: number, loss: Loss): ScoredLoss {
  if (loss.kind === 'weighted-scores') return weightedScores(scores, n, classes, loss.weights);
  const losses = new Float32Array(n);
  const weights = new Float32Array(n * classes);
  for (let i = 0; i < n; i++) {
    const z = scores.subarray(i * classes, (i + 1) * classes);
    const w = weights.subarray(i * classes, (i + 1) * classes);
    switch (loss.kind) {
      case 'cross-entropy':
        losses[i] = crossEntropy(z, w, loss.labels[i]!);
        break;
      case 'margin':
        losses[i] = margin(z, w, loss.labels[i]!);
        break;
      case 'difference':
        w[loss.first[i]!]! += 1;
        w[loss.second[i]!]! -= 1;
        losses[i] = z[loss.first[i]!]! - z[loss.second[i]!]!;
        break;
      case 'dlr':
        losses[i] = dlr(z, w, loss.labels[i]!);
        break;
      case 'dlr-targeted':
        losses[i] = targetedDlr(z, w, loss.labels[i]!, loss.targets[i]!);
        break;
      default:
        throw new TypeError(`unknown loss ${(loss satisfies never as Loss).kind}`);
    }
  }
  return { losses, weights };
}

/** Classes by falling score; among equals the later class first, as a stable ascending sort read backwards gives it. */
export function classesByScore(z: Float32Array): Int32Array {
  return Int32Array.from(z.keys()).sort((a, b) => z[b]! - z[a]! || b - a);
}

/** Index of the largest score, the first of equals. */
export function argmax(z: Float32Array): number {
  let best = 0;
  for (let c = 1; c < z.length; c++) if (z[c]! > z[best]!) best = c;
  return best;
}

/** The class that a row of scores answers; -1 where its score is not above `answersAbove` (the target abstains) or is no number. */
export function answerOf(z: Float32Array, answersAbove?: number): number {
  const best = argmax(z);
  const abstains = Number.isNaN(z[best]) || (answersAbove !== undefined && !(z[best]! > answersAbove));
  return abstains ? -1 : best;
}

/** Largest score other than `label`'s. */
export function runnerUp(z: Float32Array, label: number): number {
  let best = label === 0 ? 1 : 0;
  for (let c = 0; c < z.length; c++) if (c !== label && z[c]! > z[best]!) best = c;
  return best;
}

function weightedScores(scores: Float32Array, n: number, classes: number, weights: Float32Array): ScoredLoss {
  const losses = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let at = i * classes; at < (i + 1) * classes; at++) sum += weights[at]! * scores[at]!;
    losses[i] = sum;
  }
  return { losses, weights: Float32Array.from(weights) };
}

function crossEntropy(z: Float32Array, w: Float32Array, label: number): number {
  const top = z[argmax(z)]!;
  let total = 0;
  for (let c = 0; c < z.length; c++) total += w[c] = Math.exp(z[c]! - top);
  for (let c = 0; c < z.length; c++) w[c]! /= total;
  w[label]! -= 1;
  return Math.log(total) - (z[label]! - top);
}

function margin(z: Float32Array, w: Float32Array, label: number): number {
  const other = runnerUp(z, label);
  w[other] = 1;
  w[label] = -1;
  return z[other]! - z[label]!;
}

/** The divisor is differentiated, too: that is what keeps the loss invariant to the scale of z in practice. */
function dlr(z: Float32Array, w: Float32Array, label: number): number {
  const order = classesByScore(z);
  const other = order[0] === label ? order[1]! : order[0]!;
  const divisor = z[order[0]!]! - z[order[2]!]! + DLR_FLOOR;
  const value = -(z[label]! - z[other]!) / divisor;
  w[label]! -= 1 / divisor;
  w[other]! += 1 / divisor;
  w[order[0]!]! -= value / divisor;
  w[order[2]!]! += value / divisor;
  return value;
}

function targetedDlr(z: Float32Array, w: Float32Array, label: number, target: number): number {
  const order = classesByScore(z);
  const divisor = z[order[0]!]! - (z[order[2]!]! + z[order[3]!]!) / 2 + DLR_FLOOR;
  const value = -(z[label]! - z[target]!) / divisor;
  w[label]! -= 1 / divisor;
  w[target]! += 1 / divisor;
  w[order[0]!]! -= value / divisor;
  w[order[2]!]! += value / (2 * divisor);
  w[order[3]!]! += value / (2 * divisor);
  return value;
}
