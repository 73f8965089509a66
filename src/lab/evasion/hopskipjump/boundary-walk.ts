import type { Random } from '../../../math/random.ts';
import type { Target } from '../../target.ts';
import type { AttackContext } from '../attack.ts';
import { isWrong, scoresOf, type AttackState } from '../attack-state.ts';
import { distance } from '../norm-ball.ts';
import { row } from '../rows.ts';
import { noiseImage } from './noise-image.ts';

export interface HopSkipJumpOptions {
  readonly iterations: number;
  /** Queries for each sample at most. */
  readonly maxQueries: number;
  /** Queries of the first estimate of a direction; grows with the square root of the iteration. */
  readonly initialEvaluations: number;
  readonly maxEvaluations: number;
  /** Random images that are tried for a start. */
  readonly starts: number;
  /** Ends a sample as soon as it is within eps. */
  readonly stopAtEps: boolean;
}

/** Rows in one call of the target. */
const AT_ONCE = 1024;

type HopNorm = 'linf' | 'l2';

export interface Hop {
  readonly sample: number;
  /** On the wrong side of the boundary, close to it. */
  point: Float32Array | null;
  readonly random: Random;
  readonly trace: { queries: number; distance: number }[];
  shortest: number;
}

/** Candidates of several samples, asked together in full batches. */
export class BoundaryWalk {
  readonly #target: Target;
  readonly #state: AttackState;
  readonly #norm: HopNorm;
  readonly #eps: number;
  readonly #options: HopSkipJumpOptions;
  readonly #unit: number;
  readonly #context: AttackContext;

  constructor(
    target: Target,
    state: AttackState,
    norm: HopNorm,
    eps: number,
    options: HopSkipJumpOptions,
    unit: number,
    context: AttackContext,
  ) {
    this.#target = target;
    this.#state = state;
    this.#norm = norm;
    this.#eps = eps;
    this.#options = options;
    this.#unit = unit;
    this.#context = context;
  }

  isOpen(hop: Hop): boolean {
    if (this.#spent(hop) >= this.#options.maxQueries) return false;
    return !(this.#options.stopAtEps && this.#state.result.success[hop.sample] === 1);
  }

  /** Random images until one is misclassified, then halfway back towards the original. */
  async start(hops: readonly Hop[]): Promise<void> {
    for (let attempt = 0; attempt < this.#options.starts; attempt++) {
      const open = hops.filter((hop) => hop.point === null && this.#spent(hop) < this.#options.maxQueries);
      if (open.length === 0 || this.#context.signal?.aborted === true) break;
      const points = new Float32Array(open.length * this.#state.size);
      open.forEach((hop, at) =>
        noiseImage(row(points, this.#state.size, at), attempt, hop.random, this.#target.inputShape, this.#state.box),
      );
      const wrong = await this.#ask(points, open);
      open.forEach((hop, at) => {
        if (wrong[at] === 1) hop.point = row(points, this.#state.size, at).slice();
      });
    }
    const found = hops.filter((hop) => hop.point !== null);
    await this.#approach(found, 'l2', () => 0.001);
    for (const hop of found) this.#note(hop);
  }

  /** One iteration of Algorithm 2: direction, step, approach. */
  async hop(hops: readonly Hop[], iteration: number): Promise<void> {
    const { size } = this.#state;
    const evaluations = Math.min(
      Math.floor(this.#options.initialEvaluations * Math.sqrt(iteration)),
      this.#options.maxEvaluations,
    );
    const directions = await this.#directions(hops, iteration, evaluations);
    // Geometric search of the step: the length halves until the point is on the wrong side again.
    const lengths = hops.map((hop) => this.#distance(hop, this.#norm) / Math.sqrt(iteration));
    let open = hops.map((_, at) => at).filter((at) => directions[at] !== undefined);
    for (let halving = 0; halving < 30 && open.length > 0; halving++) {
      if (this.#context.signal?.aborted === true) return;
      open = open.filter((at) => this.#spent(hops[at]!) < this.#options.maxQueries);
      if (open.length === 0) break;
      const points = new Float32Array(open.length * size);
      open.forEach((at, i) => this.#moved(row(points, size, i), hops[at]!, directions[at]!, lengths[at]!));
      const wrong = await this.#ask(
        points,
        open.map((at) => hops[at]!),
      );
      open = open.filter((at, i) => {
        if (wrong[i] === 1) {
          hops[at]!.point = row(points, size, i).slice();
          return false;
        }
        lengths[at]! /= 2;
        return true;
      });
    }
    // theta = 1 / (d sqrt(d)) for L2 and 1 / d² for Linf: section 5 of the paper.
    const theta = this.#norm === 'l2' ? 1 / (size * Math.sqrt(size)) : 1 / (size * size);
    await this.#approach(hops, this.#norm, (distanceNow) =>
      this.#norm === 'l2' ? theta : Math.max(Math.min(distanceNow * theta, theta), distanceNow * 1e-6),
    );
    for (const hop of hops) this.#note(hop);
  }

  #spent(hop: Hop): number {
    return this.#state.result.queries[hop.sample]!;
  }

  #origin(hop: Hop): Float32Array {
    return row(this.#state.inputs, this.#state.size, hop.sample);
  }

  #distance(hop: Hop, norm: HopNorm): number {
    return distance(norm, hop.point!, this.#origin(hop));
  }

  #note(hop: Hop): void {
    const found = this.#distance(hop, this.#norm);
    if (found < hop.shortest) {
      hop.shortest = found;
      if (found <= this.#eps) {
        this.#state.result.adversarial.set(hop.point!, hop.sample * this.#state.size);
        this.#state.result.success[hop.sample] = 1;
      }
    }
    hop.trace.push({ queries: this.#spent(hop), distance: hop.shortest });
  }

  /** 1 where a point is misclassified. */
  async #ask(points: Float32Array, hops: readonly Hop[]): Promise<Uint8Array> {
    const { size, classes, labels } = this.#state;
    const wrong = new Uint8Array(hops.length);
    for (let from = 0; from < hops.length; from += AT_ONCE) {
      const part = hops.slice(from, from + AT_ONCE);
      const scores = await scoresOf(
        this.#target,
        this.#state,
        // A copy only where it is a part: the target may keep what it gets until it answers.
        from === 0 && points.length === part.length * size
          ? points
          : points.slice(from * size, (from + part.length) * size),
        part.map((hop) => hop.sample),
      );
      part.forEach((hop, at) => {
        if (isWrong(row(scores, classes, at), labels[hop.sample]!, this.#target.answersAbove)) wrong[from + at] = 1;
      });
    }
    return wrong;
  }

  /** Moves points towards the originals as far as they stay on the wrong side, by bisection, all samples at once. */
  async #approach(hops: readonly Hop[], norm: HopNorm, threshold: (distanceNow: number) => number): Promise<void> {
    const { size } = this.#state;
    const upper = hops.map((hop) => (norm === 'l2' ? 1 : this.#distance(hop, 'linf')));
    const lower = hops.map(() => 0);
    const limits = upper.map((value) => threshold(value));
    const best = hops.map((hop) => hop.point!);
    let open = hops.map((_, at) => at);
    for (;;) {
      open = open.filter(
        (at) => upper[at]! - lower[at]! > limits[at]! && this.#spent(hops[at]!) < this.#options.maxQueries,
      );
      if (open.length === 0 || this.#context.signal?.aborted === true) break;
      const points = new Float32Array(open.length * size);
      open.forEach((at, i) => {
        this.#blend(row(points, size, i), hops[at]!, (upper[at]! + lower[at]!) / 2, norm);
      });
      const wrong = await this.#ask(
        points,
        open.map((at) => hops[at]!),
      );
      open.forEach((at, i) => {
        const middle = (upper[at]! + lower[at]!) / 2;
        if (wrong[i] === 1) {
          upper[at] = middle;
          best[at] = row(points, size, i).slice();
        } else lower[at] = middle;
      });
    }
    hops.forEach((hop, at) => (hop.point = best[at]!));
  }

  /** Between the original and the point: a straight line for L2, a smaller ball for Linf. */
  #blend(out: Float32Array, hop: Hop, alpha: number, norm: HopNorm): void {
    const origin = this.#origin(hop);
    const point = hop.point!;
    const { low, high } = this.#state.box;
    for (let f = 0; f < out.length; f++) {
      const value =
        norm === 'l2'
          ? (1 - alpha) * origin[f]! + alpha * point[f]!
          : Math.min(Math.max(point[f]!, origin[f]! - alpha), origin[f]! + alpha);
      out[f] = Math.min(Math.max(value, low[f]!), high[f]!);
    }
  }

  #moved(out: Float32Array, hop: Hop, direction: Float64Array, length: number): void {
    const { low, high } = this.#state.box;
    for (let f = 0; f < out.length; f++) {
      out[f] = Math.min(Math.max(hop.point![f]! + length * direction[f]!, low[f]!), high[f]!);
    }
  }

  /**
   * Monte Carlo estimates of the boundary's normal (eq. 16, with the baseline of eq. 18). A sample without queries for a whole estimate gets a
   * smaller one; without any, none.
   */
  async #directions(
    hops: readonly Hop[],
    iteration: number,
    evaluations: number,
  ): Promise<(Float64Array | undefined)[]> {
    const { size, box } = this.#state;
    const draws = hops.map((hop) => Math.min(evaluations, this.#options.maxQueries - this.#spent(hop)));
    const radius = hops.map((hop) =>
      iteration === 1 ? 0.1 * this.#unit : Math.max(this.#distance(hop, this.#norm) / size, 1e-7 * this.#unit),
    );
    // Sums over draws: of the steps, and of the steps that crossed to the wrong side.
    const all = hops.map(() => new Float64Array(size));
    const crossed = hops.map(() => new Float64Array(size));
    const hits = new Float64Array(hops.length);
    const points = new Float32Array(AT_ONCE * size);
    let owners: number[] = [];
    const flush = async (): Promise<void> => {
      if (owners.length === 0) return;
      const asked = owners.map((at) => hops[at]!);
      const wrong = await this.#ask(points.subarray(0, owners.length * size), asked);
      owners.forEach((at, i) => {
        const step = row(points, size, i);
        if (wrong[i] === 1) hits[at]!++;
        addMove(all[at]!, wrong[i] === 1 ? crossed[at]! : null, step, hops[at]!.point!, 1 / radius[at]!);
      });
      owners = [];
    };
    const noise = new Float64Array(size);
    for (const [at, hop] of hops.entries()) {
      for (let draw = 0; draw < draws[at]!; draw++) {
        if (this.#context.signal?.aborted === true) return hops.map(() => undefined);
        const length = this.#norm === 'l2' ? nearlyNormal(noise, hop.random) : uniform(noise, hop.random);
        const scale = radius[at]! / (length + 1e-300);
        const out = row(points, size, owners.length);
        const from = hop.point!;
        for (let f = 0; f < size; f++) {
          const value = from[f]! + scale * noise[f]!;
          out[f] = value < box.low[f]! ? box.low[f]! : value > box.high[f]! ? box.high[f]! : value;
        }
        owners.push(at);
        if (owners.length === AT_ONCE) await flush();
      }
    }
    await flush();
    return hops.map((_, at) => {
      const n = draws[at]!;
      if (n < 1) return undefined;
      // phi is +1 on the wrong side and -1 on the other; its mean is taken off unless all draws agree.
      const mean = (2 * hits[at]! - n) / n;
      const sum = new Float64Array(size);
      for (let f = 0; f < size; f++) {
        const signed = 2 * crossed[at]![f]! - all[at]![f]!;
        sum[f] = Math.abs(mean) === 1 ? signed : signed - mean * all[at]![f]!;
      }
      return this.#norm === 'linf' ? sum.map(Math.sign) : unit(sum);
    });
  }
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) + 1e-12;
  return vector.map((value) => value / length);
}

/**
 * Sums of four random bytes, which are normal for this purpose: the estimate needs directions without a preference, and one draw a
 * value is what this attack spends its own time on. Returns the length.
 */
function nearlyNormal(noise: Float64Array, random: Random): number {
  let sum = 0;
  for (let f = 0; f < noise.length; f++) {
    const bits = random.uint32();
    const value = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510;
    noise[f] = value;
    sum += value * value;
  }
  return Math.sqrt(sum);
}

function uniform(noise: Float64Array, random: Random): number {
  let sum = 0;
  for (let f = 0; f < noise.length; f++) {
    const value = random.uint32() * 2 ** -31 - 1;
    noise[f] = value;
    sum += value * value;
  }
  return Math.sqrt(sum);
}

function addMove(
  all: Float64Array,
  crossed: Float64Array | null,
  to: Float32Array,
  from: Float32Array,
  scale: number,
): void {
  for (let f = 0; f < all.length; f++) {
    const moved = (to[f]! - from[f]!) * scale;
    all[f]! += moved;
    if (crossed !== null) crossed[f]! += moved;
  }
}
