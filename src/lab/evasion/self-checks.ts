import { seededRandom } from '../../math/random.ts';
import type { LabelledData } from '../labelled-data.ts';
import { answerOf, argmax } from '../loss-of-scores.ts';
import type { OnnxTarget } from '../onnx-target.ts';
import { isGradientTarget, sampleSize, type GradientTarget, type Target } from '../target.ts';
import { apgd } from './apgd/attack.ts';
import type { Perturbation } from './attack.ts';
import { boxOf, distance } from './norm-ball.ts';
import { row } from './rows.ts';
import { isZero } from './step-direction.ts';

export const SELF_CHECKS = [
  'randomised-output',
  'probabilities-for-logits',
  'zero-gradient',
  'black-box-beats-white-box',
  'optimisation-at-inference',
  'large-eps-reaches-zero',
  'more-iterations-do-not-help',
  'masked-steps',
] as const;
export type SelfCheckId = (typeof SELF_CHECKS)[number];

/** `fail`: the robust accuracy must not be believed as it stands. `not-run`: nothing was found out, for the reason in `says`. */
export interface SelfCheck {
  readonly id: SelfCheckId;
  readonly verdict: 'pass' | 'fail' | 'not-run';
  /** What was measured. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly says: string;
  /** What to do; empty when the check passed. */
  readonly advice: string;
}

export interface SelfCheckInput {
  readonly target: Target;
  /** Some tens of samples; those that the model gets wrong are left out. */
  readonly data: LabelledData;
  readonly perturbation: Perturbation;
  /** Which member of AutoAttack fooled each attacked sample, from its result over all attacked samples. */
  readonly foundBy?: readonly (string | null)[];
  /** Operators of the model's graph; an ONNX target tells them itself. */
  readonly operators?: readonly string[];
  /** Steps of the graph whose gradient is zero or replaced: rounding, sign, quantisation; an ONNX target tells them itself. */
  readonly maskedSteps?: readonly string[];
  readonly seed?: string;
  readonly signal?: AbortSignal;
}

/** Differences of normalised scores that count as random (the reference implementation's bound). */
const RANDOM_ABOVE = 1e-4;
/** Square may fool this share more before the gradients are doubted (the reference implementation's bound). */
const SQUARE_MARGIN = 0.002;
/** Points that four times the iterations may gain. */
const CONVERGED = 0.02;
const LOOPS = new Set(['Loop', 'If', 'Scan']);

/**
 * Whether a robust accuracy can be believed: AutoAttack's five flags (Croce and Hein 2020; flags of its reference implementation), and three
 * more from Carlini et al. 2019 (arXiv:1902.06705): an unbounded attack must reach zero, more iterations must not help, and the graph
 * has no step that hides gradients.
 */
export async function runSelfChecks(given: SelfCheckInput): Promise<readonly SelfCheck[]> {
  const { target } = given;
  const input = { ...graphOf(target), ...given };
  const data = await correctOnly(target, input.data);
  const checks: SelfCheck[] = [];
  checks.push(await randomisedOutput(target, data));
  checks.push(await probabilities(target, data));
  if (data.count === 0) {
    const why = 'the model is right on no sample that was given';
    checks.push(notRun('zero-gradient', why), squareBeats(input.foundBy), dynamic(input));
    checks.push(notRun('large-eps-reaches-zero', why), notRun('more-iterations-do-not-help', why));
  } else if (isGradientTarget(target)) {
    checks.push(await zeroGradient(target, data), squareBeats(input.foundBy), dynamic(input));
    checks.push(await largeEps(target, data, input), await moreIterations(target, data, input));
  } else {
    const why = 'the target has no gradients';
    checks.push(notRun('zero-gradient', why), squareBeats(input.foundBy), dynamic(input));
    checks.push(notRun('large-eps-reaches-zero', why), notRun('more-iterations-do-not-help', why));
  }
  checks.push(maskedSteps(input));
  return checks;
}

function graphOf(target: Target): Pick<SelfCheckInput, 'operators' | 'maskedSteps'> {
  if (!('coverage' in target)) return {};
  const { coverage } = target as OnnxTarget;
  return {
    operators: coverage.onTheWay,
    maskedSteps: coverage.masked.map(({ operator, node }) => `${operator} (${node})`),
  };
}

function notRun(id: SelfCheckId, says: string): SelfCheck {
  return { id, verdict: 'not-run', numbers: {}, says, advice: '' };
}

function verdict(
  id: SelfCheckId,
  fails: boolean,
  numbers: Record<string, number>,
  says: { readonly good: string; readonly bad: string; readonly advice: string },
): SelfCheck {
  return fails
    ? { id, verdict: 'fail', numbers, says: says.bad, advice: says.advice }
    : { id, verdict: 'pass', numbers, says: says.good, advice: '' };
}

async function correctOnly(target: Target, data: LabelledData): Promise<LabelledData> {
  if (data.count === 0) return data;
  const size = sampleSize(target);
  const scores = await target.scores(Float32Array.from(data.inputs), data.count);
  const kept = Array.from({ length: data.count }, (_, i) => i).filter(
    (i) => answerOf(row(scores, target.classes, i), target.answersAbove) === data.labels[i],
  );
  const inputs = new Float32Array(kept.length * size);
  kept.forEach((i, at) => inputs.set(row(data.inputs, size, i), at * size));
  return { ...data, inputs, labels: Int32Array.from(kept, (i) => data.labels[i]!), count: kept.length };
}

async function randomisedOutput(target: Target, data: LabelledData): Promise<SelfCheck> {
  if (data.count === 0) return notRun('randomised-output', 'the model is right on no sample that was given');
  const passes: Float32Array[] = [];
  for (let pass = 0; pass < 5; pass++) passes.push(await target.scores(Float32Array.from(data.inputs), data.count));
  let worst = 0;
  let changed = 0;
  for (let i = 0; i < data.count; i++) {
    const rows = passes.map((pass) => normalised(row(pass, target.classes, i)));
    for (const [at, one] of rows.entries()) {
      for (const other of rows.slice(at + 1)) worst = Math.max(worst, distance('l2', one, other));
    }
    if (new Set(passes.map((pass) => argmax(row(pass, target.classes, i)))).size > 1) changed++;
  }
  return verdict(
    'randomised-output',
    worst > RANDOM_ABOVE || changed > 0,
    { largestDifference: worst, answersChanged: changed },
    {
      good: 'Five passes over the same samples gave the same scores.',
      bad: `Five passes over the same samples gave different scores (${changed} of ${data.count} answers changed).`,
      advice:
        'The model draws random numbers: attack the mean of many passes (AutoAttack version "rand", a transformed target with more draws).',
    },
  );
}

function normalised(scores: Float32Array): Float32Array {
  const length = Math.sqrt(scores.reduce((sum, score) => sum + score * score, 0)) + 1e-10;
  return scores.map((score) => score / length);
}

async function probabilities(target: Target, data: LabelledData): Promise<SelfCheck> {
  const id = 'probabilities-for-logits';
  if (target.scoreType === 'label') return notRun(id, 'the target gives labels only');
  if (!isGradientTarget(target)) return notRun(id, 'the target has no gradients that could vanish');
  if (data.count === 0) return notRun(id, 'the model is right on no sample that was given');
  const scores = await target.scores(Float32Array.from(data.inputs), data.count);
  let least = Infinity;
  let most = -Infinity;
  let furthest = 0;
  for (let i = 0; i < data.count; i++) {
    let sum = 0;
    for (const score of row(scores, target.classes, i)) {
      least = Math.min(least, score);
      most = Math.max(most, score);
      sum += score;
    }
    furthest = Math.max(furthest, Math.abs(sum - 1));
  }
  const fails = least > -1e-5 && most < 1 + 1e-5 && furthest < 1e-5 * target.classes;
  return verdict(
    id,
    fails,
    { smallest: least, largest: most, furthestSumFromOne: furthest },
    {
      good: 'Scores are no probabilities.',
      bad: 'Scores are probabilities: where the model is sure, their gradients vanish in float32, and attacks fail for no good reason.',
      advice: 'Attack the values before the softmax: name that output, or cut the softmax from the graph.',
    },
  );
}

async function zeroGradient(target: GradientTarget, data: LabelledData): Promise<SelfCheck> {
  const { labels } = data;
  const size = sampleSize(target);
  const count = async (kind: 'cross-entropy' | 'margin'): Promise<number> => {
    const { gradient } = await target.lossGradient(Float32Array.from(data.inputs), data.count, { kind, labels });
    let zero = 0;
    for (let i = 0; i < data.count; i++) if (isZero(row(gradient, size, i))) zero++;
    return zero;
  };
  const crossEntropy = await count('cross-entropy');
  const margin = await count('margin');
  return verdict(
    'zero-gradient',
    crossEntropy + margin > 0,
    { crossEntropy, margin, samples: data.count },
    {
      good: 'Every sample has a gradient.',
      bad: `The gradient is zero everywhere on ${Math.max(crossEntropy, margin)} of ${data.count} samples (cross-entropy ${crossEntropy}, margin ${margin}): gradient attacks see nothing there.`,
      advice:
        margin === 0
          ? 'Only cross-entropy vanishes (the model is very sure): trust losses on logits (margin, DLR), not PGD on cross-entropy.'
          : 'Attack through the step that hides the gradient with an approximation (BPDA), and without gradients (square, hopskipjump).',
    },
  );
}

/** Whether Square, the last member of AutoAttack, found what the members with gradients had not: by which member each attacked sample fell. */
export function squareBeats(foundBy: readonly (string | null)[] | undefined): SelfCheck {
  const id = 'black-box-beats-white-box';
  if (foundBy === undefined || foundBy.length === 0) return notRun(id, 'needs the result of AutoAttack');
  const bySquare = foundBy.filter((one) => one === 'square').length;
  const left = foundBy.filter((one) => one === null).length + bySquare;
  const gained = bySquare / foundBy.length;
  return verdict(
    id,
    bySquare > 1 && gained > SQUARE_MARGIN,
    { robustBeforeSquare: left / foundBy.length, fooledBySquareAlone: gained },
    {
      good:
        bySquare === 0
          ? 'Square fooled nothing that the gradient attacks had not.'
          : `Square fooled ${bySquare} of ${foundBy.length} samples that the gradient attacks had left: too few to mean anything.`,
      bad: `Square, without gradients, fooled ${bySquare} samples that all gradient attacks left: they are hindered, not held off.`,
      advice:
        'Run square with more queries and restarts, and write an attack that fits the defence (BPDA, another loss).',
    },
  );
}

function dynamic(input: SelfCheckInput): SelfCheck {
  const id = 'optimisation-at-inference';
  if (input.operators === undefined) return notRun(id, 'the target has no graph that could be read');
  const loops = input.operators.filter((one) => LOOPS.has(one));
  return verdict(
    id,
    loops.length > 0,
    { loops: loops.length, operators: input.operators.length },
    {
      good: 'The graph is fixed: no loop, no branch.',
      bad: `The graph has ${loops.join(', ')}: the model may optimise or choose while it answers, which gradients of one path do not see.`,
      advice: 'Attack through the loop unrolled, and without gradients.',
    },
  );
}

async function largeEps(target: GradientTarget, data: LabelledData, input: SelfCheckInput): Promise<SelfCheck> {
  const id = 'large-eps-reaches-zero';
  const { norm } = input.perturbation;
  if (norm !== 'linf' && norm !== 'l2' && norm !== 'l1') return notRun(id, `there is no ball to grow under ${norm}`);
  const box = boxOf(target);
  const eps = distance(norm, box.low, box.high);
  if (!Number.isFinite(eps)) return notRun(id, 'the bounds are infinite');
  const left = await survivorsOf(target, data, { norm, eps }, 100, input);
  if (left === null) return notRun(id, 'interrupted');
  return verdict(
    id,
    left > 0,
    { eps, robust: left / data.count, samples: data.count },
    {
      good: 'With eps as large as the bounds, nothing survives.',
      bad: `With eps as large as the bounds (${eps}), ${left} of ${data.count} samples still survive: the attack does not work on this model.`,
      advice:
        'Gradients are masked or the attack is set up wrongly: no robust accuracy of gradient attacks counts until this is zero.',
    },
  );
}

async function moreIterations(target: GradientTarget, data: LabelledData, input: SelfCheckInput): Promise<SelfCheck> {
  const id = 'more-iterations-do-not-help';
  const { norm, eps } = input.perturbation;
  if ((norm !== 'linf' && norm !== 'l2' && norm !== 'l1') || !Number.isFinite(eps)) {
    return notRun(id, `no attack under ${norm} has iterations to add`);
  }
  const few = await survivorsOf(target, data, { norm, eps }, 100, input);
  const many = few === null ? null : await survivorsOf(target, data, { norm, eps }, 400, input);
  if (few === null || many === null) return notRun(id, 'interrupted');
  const gained = (few - many) / data.count;
  const numbers = { robustAt100: few / data.count, robustAt400: many / data.count, samples: data.count };
  const more = few - many;
  const what = `Four times the iterations fool ${more > 0 ? more : 'no'} more of ${data.count} samples`;
  return verdict(id, gained > CONVERGED && more > 1, numbers, {
    good: gained > CONVERGED ? `${what}: one sample is too few to mean anything.` : `${what}.`,
    bad: `${what}: the attack has not converged.`,
    advice: 'Give the attack more iterations and restarts until the number stands still.',
  });
}

/** Samples that Auto-PGD on cross-entropy leaves; null when it was interrupted. */
async function survivorsOf(
  target: GradientTarget,
  data: LabelledData,
  perturbation: Perturbation,
  iterations: number,
  input: SelfCheckInput,
): Promise<number | null> {
  const context = {
    random: seededRandom(input.seed ?? 'self-checks'),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  };
  const options = { ...apgd.defaults, restarts: 1, iterations };
  const { success } = await apgd.run(target, data, perturbation, options, context);
  return input.signal?.aborted === true ? null : success.reduce((sum, flag) => sum + 1 - flag, 0);
}

function maskedSteps(input: SelfCheckInput): SelfCheck {
  const id = 'masked-steps';
  const { maskedSteps: steps } = input;
  if (steps === undefined) return notRun(id, 'the target has no graph that could be read');
  return verdict(
    id,
    steps.length > 0,
    { steps: steps.length },
    {
      good: 'No step of the graph hides its gradient.',
      bad: `These steps of the graph have no useful gradient: ${steps.slice(0, 5).join(', ')}${steps.length > 5 ? ' and more' : ''}.`,
      advice:
        'Choose how gradients pass them (BPDA), and believe black-box attacks (square, hopskipjump) rather than white-box ones.',
    },
  );
}
