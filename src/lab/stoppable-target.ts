import type { Loss, LossGradient } from '../engine/loss.ts';
import { Fault } from '../core/fault.ts';
import { isHttpTarget } from './http-target/http-target.ts';
import { type GradientTarget, isGradientTarget, sampleSize, type Target } from './target.ts';
import type { TimeLimit } from './time-limit.ts';

/** Seconds that one call of the model shall take at most. */
const SECONDS_A_CALL = 2;

/**
 * A target whose user stops in time, whatever a batch costs: before each call the clock is looked at, a batch that would take long is asked in parts, and an answer
 * over the network is not waited for when the time is over.
 * @throws Fault (on a call after the end) `ERR_BUDGET_EXHAUSTED`; who runs an attack sees the aborted signal first
 */
export function stoppableTarget<T extends Target>(target: T, limit: Pick<TimeLimit, 'signal' | 'look'>): T {
  const { signal } = limit;
  const size = sampleSize(target);
  let most = Infinity;
  const stopped = (): Fault =>
    new Fault('ERR_BUDGET_EXHAUSTED', 'The time is used up, or somebody interrupted.', { where: target.name });
  /** Asks n samples in parts, by what a sample took until now. */
  const inParts = async (n: number, ask: (from: number, to: number) => Promise<void>): Promise<void> => {
    for (let from = 0; from < n;) {
      limit.look();
      if (signal?.aborted === true) throw stopped();
      const to = Math.min(n, from + most);
      const began = performance.now();
      const asked = ask(from, to);
      await (isHttpTarget(target) ? untilAborted(asked, signal, stopped) : asked);
      const each = (performance.now() - began) / 1000 / (to - from);
      most = Math.max(1, Math.floor(SECONDS_A_CALL / Math.max(each, 1e-9)));
      from = to;
    }
  };
  const scores = async (x: Float32Array, n: number): Promise<Float32Array> => {
    const found = new Float32Array(n * target.classes);
    await inParts(n, async (from, to) => {
      found.set(await target.scores(x.subarray(from * size, to * size), to - from), from * target.classes);
    });
    return found;
  };
  if (!isGradientTarget(target)) return { ...target, scores };
  const inner: GradientTarget = target;
  const lossGradient = async (x: Float32Array, n: number, loss: Loss): Promise<LossGradient> => {
    const found = {
      scores: new Float32Array(n * target.classes),
      losses: new Float32Array(n),
      gradient: new Float32Array(n * size),
    };
    await inParts(n, async (from, to) => {
      const own = await inner.lossGradient(
        x.subarray(from * size, to * size),
        to - from,
        partOfLoss(loss, from, to, target.classes),
      );
      found.scores.set(own.scores, from * target.classes);
      found.losses.set(own.losses, from);
      found.gradient.set(own.gradient, from * size);
    });
    return found;
  };
  return { ...target, scores, lossGradient };
}

/** The loss of some samples of a batch. */
export function partOfLoss(loss: Loss, from: number, to: number, classes: number): Loss {
  switch (loss.kind) {
    case 'weighted-scores':
      return { ...loss, weights: loss.weights.slice(from * classes, to * classes) };
    case 'difference':
      return { ...loss, first: loss.first.slice(from, to), second: loss.second.slice(from, to) };
    case 'dlr-targeted':
      return { ...loss, labels: loss.labels.slice(from, to), targets: loss.targets.slice(from, to) };
    default:
      return { ...loss, labels: loss.labels.slice(from, to) };
  }
}

async function untilAborted(
  asked: Promise<void>,
  signal: AbortSignal | undefined,
  stopped: () => Fault,
): Promise<void> {
  if (signal === undefined) return asked;
  let leave = (): void => {};
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(stopped());
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    await Promise.race([asked, left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
