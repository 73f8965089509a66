import type { Perturbation } from '../evasion/attack.ts';
import type { Handshake } from '../handshake.ts';
import type { HttpTarget } from '../http-target/http-target.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { robustAccuracy } from '../robust-accuracy.ts';
import { isGradientTarget, sampleSize, type Target } from '../target.ts';
import type { MeasuredCost } from './plan-assessment.ts';

/** Clean samples that the handshake predicts at most. */
const CLEAN_SAMPLES = 10_000;
const PROBED = 64;
/** Samples of a pass that is timed: about so many are attacked together. */
const MEASURED = 32;
/** Samples of the self-checks: these see whether something is wrong, not how much. */
const CHECKED = { least: 12, most: 48, passes: 700, share: 0.1 };

/** As many samples as a twentieth of the budget pays for, and no fewer than steps attack. */
export async function cleanSamples(
  target: Target,
  data: LabelledData,
  budget: number | null,
  least: number,
): Promise<number> {
  const most = Math.min(data.count, CLEAN_SAMPLES);
  if (budget === null || most <= Math.max(least, 200)) return most;
  const seconds = await secondsOf(() => target.scores(data.inputs.slice(0, 32 * sampleSize(target)), 32));
  return Math.min(most, Math.max(least, 200, Math.floor((0.05 * budget) / Math.max(seconds / 32, 1e-9))));
}

/** Times a pass on a batch, and attacks a few samples briefly: what numbers of samples are planned from. */
export async function measureCost(
  target: Target,
  data: LabelledData,
  clean: Handshake,
  perturbations: readonly Perturbation[],
  seed: string,
  signal: AbortSignal | undefined,
): Promise<MeasuredCost> {
  const batch = Math.min(MEASURED, data.count);
  const inputs = data.inputs.slice(0, batch * sampleSize(target));
  const forward = (await quickest(() => target.scores(Float32Array.from(inputs), batch))) / batch;
  if (!isGradientTarget(target)) return { forward, gradient: null, surviving: 1 };
  const labels = data.labels.slice(0, batch);
  const gradient =
    (await quickest(() => target.lossGradient(Float32Array.from(inputs), batch, { kind: 'cross-entropy', labels }))) /
    batch;
  const ball = perturbations.find(({ norm }) => norm === 'linf' || norm === 'l2');
  if (ball === undefined || clean.correct === 0) return { forward, gradient, surviving: 1 };
  const probed = await robustAccuracy(target, sliceData(data, 0, Math.min(PROBED, data.count)), {
    norm: ball.norm as 'linf' | 'l2',
    eps: ball.eps,
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

/**
 * The shortest of several, after one that warms up: what the machine does when nobody else uses it. At least three, more of short ones, because a busy
 * machine can delay each of a few by a multiple.
 */
async function quickest(run: () => Promise<unknown>): Promise<number> {
  await run();
  let best = Infinity;
  const began = performance.now();
  for (let i = 0; i < 3 || (i < 20 && performance.now() - began < 1000); i++) {
    best = Math.min(best, await secondsOf(run));
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
