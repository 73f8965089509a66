import { isFault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { handshake, type HandshakeExpectation } from '../handshake.ts';
import { sliceData, type LabelledData } from '../labelled-data.ts';
import { answerOf } from '../loss-of-scores.ts';
import { sampleSize, type Target } from '../target.ts';
import type { Attack, AttackContext, AttackResult, Perturbation } from './attack.ts';
import {
  digestOf,
  digestOfData,
  memoryLog,
  openAttackLog,
  textOf,
  valuesOf,
  type AttackLog,
  type LogEntry,
} from './attack-log.ts';
import { isWrong } from './attack-state.ts';
import { attackMetrics, type AttackMetrics, type SampleOutcome } from './metrics.ts';
import { boxOf } from './norm-ball.ts';
import { checkPerturbation, roundedToBytes } from './perturbation-check.ts';
import { row } from './rows.ts';

export interface AttackRun<Options> {
  readonly attack: Attack<string, Options>;
  readonly target: Target;
  /** Predicts clean and saved samples; `target` when absent. Give the target without its budget, so that what was found can be confirmed. */
  readonly judge?: Target;
  readonly data: LabelledData;
  readonly perturbation: Perturbation;
  /** The attack's defaults when absent. */
  readonly options?: Options;
  readonly seed?: string;
  /** What the handshake expects of the clean accuracy; absent: better than chance; null: no handshake. */
  readonly expectation?: HandshakeExpectation | null;
  /** What the model answers to the clean samples, where that is known already: then it is not asked again, and there is no handshake. */
  readonly answers?: Int32Array;
  /**
   * Samples that are attacked together, and the unit of what an interruption can lose. A function is asked before each chunk, with the number of samples that this
   * call has attacked; below 1 ends the run as if it were aborted.
   */
  readonly chunk?: number | ((done: number) => number);
  /** File of results: made when absent, continued when it belongs to the same run. */
  readonly log?: string;
  /** Predict successes once more after rounding to 8 bits. */
  readonly eightBit?: boolean;
  readonly signal?: AbortSignal;
  /** @param done share of the work, 0 to 1 */
  readonly progress?: (done: number) => void;
}

export interface AttackReport {
  readonly attack: string;
  readonly perturbation: Perturbation;
  readonly seed: string;
  /** `complete`, or why some samples were not attacked; the metrics are then about those that were. */
  readonly status: 'complete' | 'aborted' | 'budget-exhausted';
  readonly attacked: number;
  readonly samples: number;
  readonly metrics: AttackMetrics;
  readonly outcomes: readonly SampleOutcome[];
  /** [samples, size]; the original where a sample was not fooled or not attacked. */
  readonly adversarial: Float32Array;
  /** Samples with a gradient of zero at the start, where the attack looked. */
  readonly zeroGradients: number | null;
  readonly pattern?: AttackResult['pattern'];
  readonly traces?: ReadonlyMap<number, NonNullable<LogEntry['trace']>>;
}

/** Rows that are predicted in one call when nothing else decides. */
const PREDICTED_AT_ONCE = 256;

/**
 * Shakes hands with the model, runs an attack over data in chunks, and reports what holds of the bytes that it saved: every success is decoded from them, predicted again, and
 * checked against bounds and perturbation. A sample's random stream depends on the seed and its index alone, so that neither the size of the
 * chunks nor an interruption changes a result.
 *
 * @throws Fault `ERR_HANDSHAKE`; what the target, the attack or the log throws; an exhausted budget (`ERR_BUDGET_EXHAUSTED`) ends the run with a report instead
 */
export async function runAttack<Options>(run: AttackRun<Options>): Promise<AttackReport> {
  const { attack, target, data, perturbation, signal } = run;
  const options = run.options ?? attack.defaults;
  const seed = run.seed ?? 'parapet';
  const size = sampleSize(target);
  const judge = run.judge ?? target;
  const cleanAnswers =
    run.answers ??
    (run.expectation === null
      ? await answersTo(judge, data.inputs, data.count)
      : (await handshake(judge, data, run.expectation)).answers);
  const log =
    run.log === undefined
      ? memoryLog()
      : openAttackLog(run.log, {
          format: 'parapet-attack-log',
          version: 1,
          attack: attack.meta.id,
          perturbation,
          options,
          seed,
          target: target.name,
          data: digestOfData(data),
          answers: digestOf(cleanAnswers),
          count: data.count,
          size,
        });
  const wholeSet = attack.meta.wholeSet === true;
  const { chunk = 64 } = run;
  let status: AttackReport['status'] = 'complete';
  // Chunks follow each other: what is in the log is a beginning of the data.
  const missing = firstMissing(log, data.count);
  const begun = wholeSet && missing < data.count ? 0 : missing;
  for (let from = begun, to = begun; from < data.count && status === 'complete'; from = to) {
    const together = typeof chunk === 'function' ? Math.floor(chunk(from - begun)) : Math.max(chunk, 1);
    to = wholeSet ? data.count : Math.min(from + together, data.count);
    if (!(to > from)) status = 'aborted';
    else {
      const context: AttackContext = {
        random: seededRandom(seed),
        ids: Int32Array.from({ length: to - from }, (_, i) => from + i),
        ...(signal === undefined ? {} : { signal }),
        progress: (done) => run.progress?.((from + done * (to - from)) / data.count),
      };
      status = await attackChunk(log, sliceData(data, from, to), from, size, context, (part) =>
        attack.run(target, part, perturbation, options, context),
      );
    }
    if (status === 'complete') run.progress?.(to / data.count);
  }
  return reportOf(run, seed, log, cleanAnswers, status);
}

function firstMissing(log: AttackLog, count: number): number {
  let at = 0;
  while (at < count && log.entries.has(at)) at++;
  return at;
}

/** A chunk that was aborted is not kept: what it found so far is not what the whole attack would have found. */
async function attackChunk(
  log: AttackLog,
  part: LabelledData,
  from: number,
  size: number,
  context: AttackContext,
  attack: (part: LabelledData) => Promise<AttackResult>,
): Promise<AttackReport['status']> {
  if (isAborted(context.signal)) return 'aborted';
  let result: AttackResult;
  try {
    result = await attack(part);
  } catch (error) {
    if (isFault(error) && error.code === 'ERR_BUDGET_EXHAUSTED') {
      return isAborted(context.signal) ? 'aborted' : 'budget-exhausted';
    }
    throw error;
  }
  if (isAborted(context.signal)) return 'aborted';
  const entries = Array.from({ length: part.count }, (_, i): LogEntry => {
    const found = row(result.adversarial, size, i);
    const original = row(part.inputs, size, i);
    return {
      sample: from + i,
      success: result.success[i] === 1,
      queries: result.queries[i]!,
      gradients: result.gradients[i]!,
      ...(result.foundBy === undefined ? {} : { foundBy: result.foundBy[i]! }),
      ...(result.zeroGradients === undefined ? {} : { zeroGradient: result.zeroGradients[i] === 1 }),
      ...(result.trace === undefined ? {} : { trace: result.trace[i]! }),
      ...(found.every((value, f) => value === original[f]) ? {} : { x: textOf(found) }),
    };
  });
  const { pattern } = result;
  log.append(entries, pattern === undefined ? undefined : { shape: pattern.shape, x: textOf(pattern.values) });
  return 'complete';
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function reportOf<Options>(
  run: AttackRun<Options>,
  seed: string,
  log: AttackLog,
  cleanAnswers: Int32Array,
  status: AttackReport['status'],
): Promise<AttackReport> {
  const { attack, data, perturbation } = run;
  const target = run.judge ?? run.target;
  const size = sampleSize(target);
  const box = boxOf(target);
  const entries = [...log.entries.values()].toSorted((a, b) => a.sample - b.sample);
  const written = new Float32Array(entries.length * size);
  entries.forEach((entry, at) => {
    written.set(entry.x === undefined ? row(data.inputs, size, entry.sample) : valuesOf(entry.x), at * size);
  });
  // A picture file is checked as the file that it is, its rounding included.
  const saved = target.asSent?.(written) ?? written;
  const scores = await scoresInParts(target, saved, entries.length);
  const inBytes =
    run.eightBit === true ? await scoresInParts(target, roundedToBytes(saved, size, box), entries.length) : null;
  const adversarial = Float32Array.from(data.inputs);
  const outcomes = entries.map((entry, at): SampleOutcome => {
    const label = data.labels[entry.sample]!;
    const found = row(saved, size, at);
    const checked = checkPerturbation(row(data.inputs, size, entry.sample), found, perturbation, box, data.inputShape);
    const own = row(scores, target.classes, at);
    const holds = checked.allowed && checked.inBounds;
    const clean = cleanAnswers[entry.sample] === label;
    const fooled = clean && holds && isWrong(own, label, target.answersAbove);
    if (fooled) adversarial.set(found, entry.sample * size);
    return {
      sample: entry.sample,
      label,
      clean,
      abstained: cleanAnswers[entry.sample]! < 0,
      fooled,
      claimed: entry.success,
      answer: answerOf(own, target.answersAbove),
      distance: checked.distance,
      queries: entry.queries,
      gradients: entry.gradients,
      foundBy: entry.foundBy ?? (entry.success ? attack.meta.id : null),
      ...(inBytes === null
        ? {}
        : { fooledInBytes: clean && fooled && isWrong(row(inBytes, target.classes, at), label, target.answersAbove) }),
    };
  });
  const traces = new Map(
    entries.flatMap((entry) => (entry.trace === undefined ? [] : [[entry.sample, entry.trace] as const])),
  );
  const looked = entries.filter((entry) => entry.zeroGradient !== undefined);
  const { pattern } = log;
  return {
    attack: attack.meta.id,
    perturbation,
    seed,
    status,
    attacked: entries.length,
    samples: data.count,
    metrics: attackMetrics(outcomes),
    outcomes,
    adversarial,
    zeroGradients: looked.length === 0 ? null : looked.filter((entry) => entry.zeroGradient).length,
    ...(pattern === undefined ? {} : { pattern: { shape: pattern.shape, values: valuesOf(pattern.x) } }),
    ...(traces.size === 0 ? {} : { traces }),
  };
}

async function answersTo(target: Target, inputs: Float32Array, count: number): Promise<Int32Array> {
  const scores = await scoresInParts(target, inputs, count);
  return Int32Array.from({ length: count }, (_, i) => answerOf(row(scores, target.classes, i), target.answersAbove));
}

/** Scores of any number of samples, a bounded number in each call. */
export async function scoresInParts(target: Target, inputs: Float32Array, count: number): Promise<Float32Array> {
  const size = sampleSize(target);
  const scores = new Float32Array(count * target.classes);
  for (let from = 0; from < count; from += PREDICTED_AT_ONCE) {
    const to = Math.min(from + PREDICTED_AT_ONCE, count);
    scores.set(await target.scores(inputs.slice(from * size, to * size), to - from), from * target.classes);
  }
  return scores;
}
