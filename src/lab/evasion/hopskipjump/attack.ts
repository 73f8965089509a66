import type { AttackContext } from '../attack.ts';
import { beginAttack, isWrong, scoresOf, survivors, type AttackState } from '../attack-state.ts';
import { defineAttack } from '../define-attack.ts';
import { finiteBox, widest } from '../finite-box.ts';
import { imageLayout } from '../../image-layout.ts';
import { assertPerturbation, distance } from '../norm-ball.ts';
import { gatherRows, row } from '../rows.ts';
import type { Random } from '../../../math/random.ts';
import type { Target } from '../../target.ts';

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

export const HOPSKIPJUMP_DEFAULTS: HopSkipJumpOptions = {
  iterations: 64,
  maxQueries: 25000,
  initialEvaluations: 100,
  maxEvaluations: 10000,
  starts: 100,
  stopAtEps: false,
};

/** Rows in one call of the target. */
const AT_ONCE = 1024;

type HopNorm = 'linf' | 'l2';

/** Walks along the decision boundary with answers alone. */
export const hopskipjump = defineAttack<'hopskipjump', HopSkipJumpOptions>({
  meta: {
    id: 'hopskipjump',
    title: 'HopSkipJump',
    summary:
      'Label-only: estimates the direction of the decision boundary from answers and walks towards the original.',
    knowledge: 'labels',
    norms: ['linf', 'l2'],
    modalities: ['image', 'vector'],
    taxonomy: ['AML.T0043.001'],
    references: ['Chen et al. 2020, arXiv:1904.02144'],
  },
  options: (z) =>
    z.strictObject({
      iterations: z.int().min(1).max(10000).default(HOPSKIPJUMP_DEFAULTS.iterations),
      maxQueries: z.int().min(1).max(10000000).default(HOPSKIPJUMP_DEFAULTS.maxQueries),
      initialEvaluations: z.int().min(2).max(100000).default(HOPSKIPJUMP_DEFAULTS.initialEvaluations),
      maxEvaluations: z.int().min(2).max(1000000).default(HOPSKIPJUMP_DEFAULTS.maxEvaluations),
      starts: z.int().min(1).max(10000).default(HOPSKIPJUMP_DEFAULTS.starts),
      stopAtEps: z.boolean().default(HOPSKIPJUMP_DEFAULTS.stopAtEps),
    }),
  defaults: HOPSKIPJUMP_DEFAULTS,
  run: async (target, data, perturbation, options, context) => {
    const { norm, eps } = assertPerturbation(perturbation, ['linf', 'l2'], 'hopskipjump', true);
    const box = finiteBox(target, 'hopskipjump');
    const state = await beginAttack(target, data, context);
    const hops = survivors(state).map((sample): Hop => {
      const trace: { queries: number; distance: number }[] = [];
      return { sample, point: null, random: state.random(sample, 'hopskipjump'), trace, shortest: Infinity };
    });
    const walk = new Walk(target, state, norm, eps, options, widest(box), context);
    await walk.start(hops);
    let active = hops.filter((hop) => hop.point !== null && walk.isOpen(hop));
    for (let iteration = 1; iteration <= options.iterations && active.length > 0; iteration++) {
      if (context.signal?.aborted === true) break;
      await walk.hop(active, iteration);
      active = active.filter((hop) => walk.isOpen(hop));
      context.progress?.(iteration / options.iterations);
    }
    const traces: { queries: number; distance: number }[][] = Array.from({ length: state.count }, () => []);
    for (const hop of hops) traces[hop.sample] = hop.trace;
    context.progress?.(1);
    return { ...state.result, trace: traces };
  },
});

interface Hop {
  readonly sample: number;
  /** On the wrong side of the boundary, close to it. */
  point: Float32Array | null;
  readonly random: Random;
  readonly trace: { queries: number; distance: number }[];
  shortest: number;
}

/** Candidates of several samples, asked together in full batches. */
class Walk {
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
      open.forEach((hop, at) => this.#randomImage(row(points, this.#state.size, at), attempt, hop.random));
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
        points.slice(from * size, (from + part.length) * size),
        part.map((hop) => hop.sample),
      );
      part.forEach((hop, at) => {
        if (isWrong(row(scores, classes, at), labels[hop.sample]!)) wrong[from + at] = 1;
      });
    }
    return wrong;
  }

  /**
   * Noise of three kinds in turn: every value on its own, coarse patches, one value for all. The finest noise looks the same to many
   * networks whatever its seed, so that a start of one kind alone may never be found.
   */
  #randomImage(point: Float32Array, attempt: number, random: Random): void {
    const { low, high } = this.#state.box;
    const layout = imageLayout(this.#target.inputShape);
    const cells = attempt % 3 === 0 ? Infinity : attempt % 3 === 1 ? 4 : 1;
    if (layout === undefined || cells === Infinity) {
      for (let f = 0; f < point.length; f++) point[f] = within(random.uniform(), low[f]!, high[f]!);
      return;
    }
    const values = Float64Array.from({ length: layout.channels * cells * cells }, () => random.uniform());
    for (let c = 0; c < layout.channels; c++) {
      for (let y = 0; y < layout.height; y++) {
        for (let x = 0; x < layout.width; x++) {
          const cell = Math.floor((y * cells) / layout.height) * cells + Math.floor((x * cells) / layout.width);
          const f = layout.at(c, y, x);
          point[f] = within(values[c * cells * cells + cell]!, low[f]!, high[f]!);
        }
      }
    }
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
      const wrong = await this.#ask(
        gatherRows(
          points,
          size,
          owners.map((_, i) => i),
        ),
        owners.map((at) => hops[at]!),
      );
      owners.forEach((at, i) => {
        const from = hops[at]!.point!;
        const step = row(points, size, i);
        if (wrong[i] === 1) hits[at]!++;
        for (let f = 0; f < size; f++) {
          const moved = (step[f]! - from[f]!) / radius[at]!;
          all[at]![f]! += moved;
          if (wrong[i] === 1) crossed[at]![f]! += moved;
        }
      });
      owners = [];
    };
    for (const [at, hop] of hops.entries()) {
      for (let draw = 0; draw < draws[at]!; draw++) {
        if (this.#context.signal?.aborted === true) return hops.map(() => undefined);
        const out = row(points, size, owners.length);
        const noise = new Float64Array(size);
        let length = 0;
        for (let f = 0; f < size; f++) {
          noise[f] = this.#norm === 'l2' ? hop.random.normal() : 2 * hop.random.uniform() - 1;
          length += noise[f]! ** 2;
        }
        length = Math.sqrt(length) + 1e-300;
        for (let f = 0; f < size; f++) {
          const value = hop.point![f]! + (radius[at]! * noise[f]!) / length;
          out[f] = Math.min(Math.max(value, box.low[f]!), box.high[f]!);
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

function within(share: number, low: number, high: number): number {
  return Math.min(Math.max(low + share * (high - low), low), high);
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) + 1e-12;
  return vector.map((value) => value / length);
}
