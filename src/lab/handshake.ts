import { Fault } from '../core/fault.ts';
import { clopperPearson } from '../math/binomial.ts';
import { imageLayout } from './image-layout.ts';
import type { LabelledData } from './labelled-data.ts';
import { answerOf } from './loss-of-scores.ts';
import { sampleSize, type Target } from './target.ts';

export interface HandshakeExpectation {
  /** Accuracy that the user knows this model to have on this data, 0 to 1. */
  readonly accuracy?: number;
  /** How far the measured accuracy may be from it. */
  readonly tolerance?: number;
}

export interface Handshake {
  readonly accuracy: number;
  readonly correct: number;
  readonly count: number;
  /** Exact 95 % interval. */
  readonly interval: readonly [number, number];
  /**
   * Agreement that answers with this distribution would have with these labels by luck alone (Cohen's kappa counts from it); one over the
   * number of classes where the data has one class only.
   */
  readonly chance: number;
  /** Class by class sample; -1 where the model abstains, or answers with no number. */
  readonly answers: Int32Array;
}

const TOLERANCE = 0.01;
/** Samples on which other readings of the data are tried after a failure. */
const TRIED = 200;
const AT_ONCE = 256;

/**
 * Before any attack: is the model as accurate on the clean data as its user says? Attacks on a model that is fed wrongly measure nothing.
 * Without an expectation it stops when the model does no better than chance.
 *
 * @throws Fault `ERR_HANDSHAKE` with what was measured and, where another reading of the data explains it, which
 */
export async function handshake(
  target: Target,
  data: LabelledData,
  expectation: HandshakeExpectation = {},
): Promise<Handshake> {
  if (data.count === 0) throw new Fault('ERR_DATA', 'there is no sample to check the model with');
  if (data.inputs.length !== data.count * sampleSize(target)) {
    throw new Fault(
      'ERR_DATA',
      `the data's samples have the shape [${data.inputShape.join(', ')}], the model takes [${target.inputShape.join(', ')}]`,
    );
  }
  const measured = await measure(target, data);
  const { accuracy: expected, tolerance = TOLERANCE } = expectation;
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  if (expected !== undefined) {
    if (Math.abs(measured.accuracy - expected) <= tolerance + 1e-9) return measured;
    throw new Fault(
      'ERR_HANDSHAKE',
      `accuracy on ${measured.count} clean samples is ${percent(measured.accuracy)}, expected was ${percent(expected)} ± ${percent(tolerance)}`,
      { hint: await hint(target, data, measured) },
    );
  }
  if (measured.interval[0] > measured.chance || measured.correct === measured.count) return measured;
  throw new Fault(
    'ERR_HANDSHAKE',
    `accuracy on ${measured.count} clean samples is ${percent(measured.accuracy)}, no better than chance (${percent(measured.chance)})`,
    { hint: await hint(target, data, measured) },
  );
}

async function measure(target: Target, data: LabelledData): Promise<Handshake> {
  const answers = await answersOf(target, data.inputs, data.count);
  let correct = 0;
  const answered = new Float64Array(target.classes);
  const labelled = new Float64Array(target.classes);
  for (let i = 0; i < data.count; i++) {
    const label = data.labels[i]!;
    if (!(label >= 0 && label < target.classes)) {
      throw new Fault('ERR_DATA', `label ${label} is no class of a model with ${target.classes}`, {
        where: `sample ${i}`,
        hint: 'Labels count from 0.',
      });
    }
    if (answers[i]! >= 0) answered[answers[i]!]!++;
    labelled[label]!++;
    if (answers[i] === label) correct++;
  }
  const { lower, upper } = clopperPearson(correct, data.count, 0.025);
  const chance = labelled.includes(data.count)
    ? 1 / target.classes
    : answered.reduce((sum, count, c) => sum + (count / data.count) * (labelled[c]! / data.count), 0);
  return { accuracy: correct / data.count, correct, count: data.count, interval: [lower, upper], chance, answers };
}

async function answersOf(target: Target, inputs: Float32Array, count: number): Promise<Int32Array> {
  const size = sampleSize(target);
  const answers = new Int32Array(count);
  for (let from = 0; from < count; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE, count);
    const scores = await target.scores(inputs.slice(from * size, to * size), to - from);
    for (let i = from; i < to; i++) {
      answers[i] = answerOf(
        scores.subarray((i - from) * target.classes, (i - from + 1) * target.classes),
        target.answersAbove,
      );
    }
  }
  return answers;
}

/** What explains the number best: another order of the labels, or another reading of the values that gives a much better one. */
async function hint(target: Target, data: LabelledData, measured: Handshake): Promise<string> {
  const order = labelOrder(target, data, measured);
  if (order !== undefined) return order;
  const count = Math.min(data.count, TRIED);
  const size = sampleSize(target);
  const base = share(measured.answers, data.labels, count);
  let best: { readonly name: string; readonly accuracy: number } | undefined;
  for (const [name, reading] of readings(target)) {
    const inputs = Float32Array.from(data.inputs.subarray(0, count * size));
    for (let i = 0; i < count; i++) inputs.set(reading(data.inputs.subarray(i * size, (i + 1) * size)), i * size);
    const accuracy = share(await answersOf(target, inputs, count), data.labels, count);
    if (accuracy > (best?.accuracy ?? base)) best = { name, accuracy };
  }
  if (best !== undefined && best.accuracy > base + Math.max(0.1, 2 / Math.sqrt(count))) {
    return `With ${best.name} the accuracy would be ${(best.accuracy * 100).toFixed(1)} %: check the preprocessing and the bounds.`;
  }
  if (measured.answers.every((answer) => answer < 0)) {
    return 'The model answers no sample with a number, or abstains on all: check the scale of the values, the bounds and the preprocessing.';
  }
  if (new Set(measured.answers).size === 1) {
    return `The model gives the same answer (class ${measured.answers[0]}) to every sample: check the scale of the values, the bounds and the preprocessing.`;
  }
  return 'Check bounds, layout (channels first or last), order of the labels and preprocessing, or correct the expectation.';
}

function share(answers: Int32Array, labels: Int32Array, count: number): number {
  let correct = 0;
  for (let i = 0; i < count; i++) if (answers[i] === labels[i]) correct++;
  return correct / count;
}

/** Whether the model is good under another numbering of the classes: labels are matched with answers, the commonest pair first. */
function labelOrder(target: Target, data: LabelledData, measured: Handshake): string | undefined {
  const { classes } = target;
  const pairs = new Map<number, number>();
  for (let i = 0; i < data.count; i++) {
    if (measured.answers[i]! < 0) continue;
    const pair = data.labels[i]! * classes + measured.answers[i]!;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  const matched = new Map<number, number>();
  const taken = new Set<number>();
  let renumbered = 0;
  for (const [pair, count] of [...pairs].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])) {
    const label = Math.floor(pair / classes);
    const answer = pair % classes;
    if (matched.has(label) || taken.has(answer)) continue;
    matched.set(label, answer);
    taken.add(answer);
    renumbered += count;
  }
  if (matched.size < 2 || data.count < 5 * matched.size) return undefined;
  if (renumbered / data.count < Math.max(2 * measured.accuracy, 0.5)) return undefined;
  const moves = [...matched].filter(([label, answer]) => label !== answer).toSorted((a, b) => a[0] - b[0]);
  const shown = moves.slice(0, 3).map(([label, answer]) => `label ${label} is answered ${answer}`);
  const accuracy = ((renumbered / data.count) * 100).toFixed(1);
  return `The classes seem to be in another order (${shown.join(', ')}): with it the accuracy would be ${accuracy} %.`;
}

function readings(target: Target): [string, (x: Float32Array) => Float32Array][] {
  const found: [string, (x: Float32Array) => Float32Array][] = [
    ['values times 255', (x) => x.map((value) => value * 255)],
    ['values divided by 255', (x) => x.map((value) => value / 255)],
    ['values from -1 to 1 (2 x - 1)', (x) => x.map((value) => 2 * value - 1)],
    ['values from 0 to 1 ((x + 1) / 2)', (x) => x.map((value) => (value + 1) / 2)],
  ];
  const { low, high } = target.bounds;
  if (typeof low === 'number' && typeof high === 'number' && Number.isFinite(high - low)) {
    found.push(['black and white swapped', (x) => x.map((value) => low + high - value)]);
  }
  const layout = imageLayout(target.inputShape);
  if (layout === undefined || layout.height === 1) return found;
  const { channels, height, width } = layout;
  const mapped = (from: (c: number, y: number, x: number) => number) => (sample: Float32Array) => {
    const out = new Float32Array(sample.length);
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[layout.at(c, y, x)] = sample[from(c, y, x)]!;
    return out;
  };
  if (height === width) found.push(['rows and columns swapped', mapped((c, y, x) => layout.at(c, x, y))]);
  if (channels > 1) {
    const first = layout.at(0, 0, 1) - layout.at(0, 0, 0) === 1;
    found.push(['red and blue swapped', mapped((c, y, x) => layout.at(channels - 1 - c, y, x))]);
    found.push([
      `channels ${first ? 'last' : 'first'} in the data`,
      mapped((c, y, x) => (first ? (y * width + x) * channels + c : (c * height + y) * width + x)),
    ]);
  }
  return found;
}
