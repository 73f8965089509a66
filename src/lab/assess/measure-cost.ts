import type { Perturbation } from '../evasion/attack.ts';
import type { Handshake } from '../handshake.ts';
import type { HttpTarget } from '../http-target/http-target.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { robustAccuracy } from '../robust-accuracy.ts';
import { FEWEST } from './share-time.ts';
import { isGradientTarget, sampleSize, type Target } from '../target.ts';
import type { MeasuredCost } from './plan-assessment.ts';

/** Clean samples that the handshake predicts at most. */
const CLEAN_SAMPLES = 10_000;
/** Samples and steps of the short attack. */
const PROBED = 64;
const PROBE_STEPS = 20;
/** Samples of a pass that is timed: about so many are attacked together. */
const MEASURED = 32;
/** Samples of the self-checks: these see whether something is wrong, not how much. */
const CHECKED = { least: 12, most: 48, passes: 700, share: 0.1 };

/** Clean samples on which an accuracy says something. */
const FEWEST_CLEAN = 30;
/** Shares of the budget for clean accuracy, for timing passes, and for the short attack. */
const SHARES = { clean: 0.05, passes: 0.04, probe: 0.04 };

/** As many samples as a twentieth of the budget pays for. A step attacks no more than these, and can: a sample of it costs many passes. */
export async function cleanSamples(target: Target, data: LabelledData, budget: number | null): Promise<number> {
  const most = Math.min(data.count, CLEAN_SAMPLES);
  if (budget === null || most <= FEWEST_CLEAN) return most;
  const seconds = budget * SHARES.clean;
  const ask = (n: number): Promise<unknown> => target.scores(data.inputs.slice(0, n * sampleSize(target)), n);
  // A slow model is told by a few samples.
  let each = (await quickest(() => ask(FEW), 0)) / FEW;
  const batch = Math.min(MEASURED, most);
  if (each * batch * 2 <= seconds) each = (await quickest(() => ask(batch), 0)) / batch;
  return Math.min(most, Math.max(FEWEST_CLEAN, Math.floor(seconds / Math.max(each, 1e-9))));
}

/**
 * Times a pass on a batch, and attacks a few samples briefly: what numbers of samples are planned from. The slower the model is, the fewer passes and samples it
 * takes for that; where not even a few can be attacked, all are taken to withstand, so that time is planned with care.
 * @param budget seconds of the whole assessment; null: no limit
 */
export async function measureCost(
  target: Target,
  data: LabelledData,
  clean: Handshake,
  perturbations: readonly Perturbation[],
  seed: string,
  budget: number | null,
  signal: AbortSignal | undefined,
): Promise<MeasuredCost> {
  const seconds = (share: number): number => (budget === null ? Infinity : budget * share);
  const timed = async (pass: (x: Float32Array, n: number) => Promise<unknown>): Promise<number> => {
    const size = sampleSize(target);
    const on = (n: number): Promise<unknown> => pass(data.inputs.slice(0, n * size), n);
    const few = Math.min(FEW, data.count);
    const each = (await quickest(() => on(few), 0)) / few;
    const batch = Math.min(MEASURED, data.count);
    if (each * batch * 4 > seconds(SHARES.passes)) return each;
    return (await quickest(() => on(batch), seconds(SHARES.passes))) / batch;
  };
  const forward = await timed((x, n) => target.scores(x, n));
  if (!isGradientTarget(target)) return { forward, gradient: null, surviving: 1 };
  const gradient = await timed((x, n) =>
    target.lossGradient(x, n, { kind: 'cross-entropy', labels: data.labels.slice(0, n) }),
  );
  const ball = perturbations.find(({ norm }) => norm === 'linf' || norm === 'l2');
  const paid = Math.floor(seconds(SHARES.probe) / (PROBE_STEPS * gradient + 4 * forward));
  const samples = Math.min(PROBED, data.count, paid);
  if (ball === undefined || clean.correct === 0 || samples < FEWEST) return { forward, gradient, surviving: 1 };
  const probed = await robustAccuracy(target, sliceData(data, 0, samples), {
    norm: ball.norm as 'linf' | 'l2',
    eps: ball.eps,
    steps: PROBE_STEPS,
    seed,
    ...(signal === undefined ? {} : { signal }),
  });
  return { forward, gradient, surviving: probed.clean === 0 ? 1 : probed.robust / probed.clean };
}

/** Samples in one call when the time of a query is measured: attacks ask of about so many at once. */
const ASKED_TOGETHER = 8;

/**
 * Seconds of a query, as attacks ask: of a few samples at once, and then of the next. The median over calls. Where an earlier run's log answers, the same
 * samples are asked once more.
 * @param count samples that are asked
 */
export async function measureQuery(target: HttpTarget, data: LabelledData, count: number): Promise<number> {
  const size = sampleSize(target);
  const sent = (): number => target.account.spending().queries;
  const each: number[] = [];
  for (let turn = 0; turn < 3 && each.length === 0; turn++) {
    for (let from = 0; from < count; from += ASKED_TOGETHER) {
      const n = Math.min(ASKED_TOGETHER, count - from);
      const before = sent();
      const seconds = await secondsOf(() => target.scores(data.inputs.slice(from * size, (from + n) * size), n));
      if (sent() - before === n) each.push(seconds / n);
    }
  }
  each.sort((a, b) => a - b);
  return each[Math.floor(each.length / 2)] ?? 0;
}

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

/** Samples by which a slow model is told. */
const FEW = 2;

/**
 * The shortest of several: what the machine does when nobody else uses it. At least three, more of short ones, because a busy machine can delay each of a few by a
 * multiple. Two where the time is over: a batch of a new size makes sessions of its own at its first pass, which is no cost of a sample.
 */
async function quickest(run: () => Promise<unknown>, seconds: number): Promise<number> {
  let best = Infinity;
  const began = performance.now();
  for (let i = 0; i < 3 || (i < 20 && performance.now() - began < 1000); i++) {
    best = Math.min(best, await secondsOf(run));
    if (i > 0 && performance.now() - began > seconds * 1000) break;
  }
  return best;
}

/** Samples for the self-checks, by what they cost. */
export function checkedSamples({ forward, gradient }: MeasuredCost, budget: number | null): number {
  const { least, most, passes, share: part } = CHECKED;
  if (budget === null) return most;
  const paid = (budget * part) / (passes * (gradient ?? forward));
  return Math.min(Math.max(Math.floor(paid), least), most);
}
