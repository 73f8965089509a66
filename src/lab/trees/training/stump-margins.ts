import type { BinnedRows } from './binned-rows.ts';
import { bestExponentialSplit, middleCut, type ExponentialOptions, type JudgedSplit } from './exponential-split.ts';
import type { GrownTree } from './grow-tree.ts';
import { RangeMinimum } from './range-minimum.ts';

/** Rows with the same place on a feature and the same class: the same to every sum of stumps on it. */
interface Groups {
  readonly count: number;
  /** [rows] to group. */
  readonly of: Int32Array;
  readonly from: Uint16Array;
  readonly to: Uint16Array;
  readonly label: Uint8Array;
  /** Groups in the order of `from`. */
  readonly order: Int32Array;
}

/**
 * The exact worst case of a sum of stumps, row by row: features are independent, so it is a sum over features of the worst segment that the row
 * can be sent to (Andriushchenko and Hein 2019, arXiv 1906.03526, section 3.1). Kept as one step function a feature.
 */
export class StumpMargins {
  /** [rows]: worst outputs, the least for class 1, the most for class 0, without the base. */
  readonly worst: Float64Array;
  readonly #binned: BinnedRows;
  readonly #labels: Uint8Array;
  /** Value on each segment between thresholds, by feature. */
  readonly #steps = new Map<number, Float64Array>();
  readonly #own = new Map<number, Float64Array>();
  readonly #groups = new Map<number, Groups>();

  constructor(binned: BinnedRows, labels: Uint8Array) {
    this.#binned = binned;
    this.#labels = labels;
    this.worst = new Float64Array(binned.rows);
  }

  add(tree: GrownTree): void {
    const { rows, from, to, thresholds } = this.#binned;
    const feature = tree.feature[0]!;
    if (feature < 0) {
      for (let row = 0; row < rows; row++) this.worst[row]! += tree.value[0]!;
      return;
    }
    let steps = this.#steps.get(feature);
    if (steps === undefined) this.#steps.set(feature, (steps = new Float64Array(thresholds[feature]!.length + 1)));
    for (let at = 0; at < steps.length; at++)
      steps[at]! += tree.value[at <= tree.cut[0]! ? tree.left[0]! : tree.right[0]!]!;
    const before = this.#own.get(feature) ?? new Float64Array(rows);
    const now = new Float64Array(rows);
    const least = new RangeMinimum(steps);
    const most = new RangeMinimum(steps.map((value) => -value));
    for (let row = 0; row < rows; row++) {
      const place = feature * rows + row;
      now[row] = this.#labels[row] === 1 ? least.of(from[place]!, to[place]!) : -most.of(from[place]!, to[place]!);
      this.worst[row]! += now[row]! - before[row]!;
    }
    this.#own.set(feature, now);
  }

  /**
   * The stump that lowers the sum of exponential losses in the exact worst case most, over features, thresholds and both values (section 3.2). On a feature that
   * has stumps, a row that can be on both sides of the new threshold goes where its least sum so far on that side plus the new value is lower; for a fixed
   * threshold that loss is convex in the two values.
   *
   * @param rows whose losses count
   * @param weights [rows]: the loss of each row so far
   * @param cap bound of the values
   * @returns null when no stump lowers the loss
   */
  bestStump(rows: Int32Array, weights: Float64Array, options: ExponentialOptions, cap: number): JudgedSplit | null {
    const fresh = options.columns.filter((feature) => !this.#steps.has(feature));
    let best = bestExponentialSplit(
      this.#binned,
      rows,
      weights,
      this.#labels,
      { ...options, columns: fresh },
      -cap,
      cap,
    );
    let now = 0;
    for (const row of rows) now += weights[row]!;
    for (const feature of options.columns) {
      if (!this.#steps.has(feature)) continue;
      const found = this.#bestOn(feature, rows, weights, options, cap, best?.loss ?? now * (1 - 1e-9));
      if (found !== null) best = found;
    }
    return best;
  }

  #groupsOf(feature: number): Groups {
    const known = this.#groups.get(feature);
    if (known !== undefined) return known;
    const { rows, from, to } = this.#binned;
    const numbers = new Map<number, number>();
    const of = new Int32Array(rows);
    const examples: number[] = [];
    for (let row = 0; row < rows; row++) {
      const place = feature * rows + row;
      const key = (from[place]! * 65536 + to[place]!) * 2 + this.#labels[row]!;
      let group = numbers.get(key);
      if (group === undefined) {
        numbers.set(key, (group = examples.length));
        examples.push(row);
      }
      of[row] = group;
    }
    const groups: Groups = {
      count: examples.length,
      of,
      from: Uint16Array.from(examples, (row) => from[feature * rows + row]!),
      to: Uint16Array.from(examples, (row) => to[feature * rows + row]!),
      label: Uint8Array.from(examples, (row) => this.#labels[row]!),
      order: Int32Array.from(examples.keys()).sort(
        (a, b) => from[feature * rows + examples[a]!]! - from[feature * rows + examples[b]!]!,
      ),
    };
    this.#groups.set(feature, groups);
    return groups;
  }

  /** The best stump on a feature that has stumps, or null when none costs less than `least`. */
  #bestOn(
    feature: number,
    rows: Int32Array,
    weights: Float64Array,
    { monotone, minRows }: ExponentialOptions,
    cap: number,
    least: number,
  ): JudgedSplit | null {
    const groups = this.#groupsOf(feature);
    const { count, from, to, label, order } = groups;
    const steps = this.#steps.get(feature)!;
    // Signed as margins: what helps a row's own class is positive. An attacker takes the minimum.
    const signed = [steps.map((value) => -value), steps];
    const minima = signed.map((values) => new RangeMinimum(values));
    const own = this.#own.get(feature)!;
    // Losses without this feature, and with the whole worst case of it.
    const without = new Float64Array(count);
    const whole = new Float64Array(count);
    const size = new Int32Array(count);
    for (const row of rows) {
      const group = groups.of[row]!;
      const margin = label[group] === 1 ? own[row]! : -own[row]!;
      whole[group]! += weights[row]!;
      without[group]! += weights[row]! * Math.exp(margin);
      size[group]!++;
    }
    const sides = new Sides(count);
    for (let group = 0; group < count; group++) sides.addCertain(label[group]!, 'right', whole[group]!);
    const active: number[] = [];
    const onLeft = new Float64Array(count);
    let [reached, left, next] = [0, 0, 0];
    const direction = monotone[feature]!;
    let found: { first: number; last: number; low: number; high: number } | null = null;
    let best = least;
    const cuts = this.#binned.thresholds[feature]!.length;
    for (let cut = 0; cut < cuts; cut++) {
      for (; next < count && from[order[next]!]! <= cut; next++) {
        const group = order[next]!;
        if (size[group] === 0) continue;
        reached += size[group]!;
        sides.addCertain(label[group]!, 'right', -whole[group]!);
        onLeft[group] = Infinity;
        active.push(group);
      }
      let kept = 0;
      sides.clearOpen();
      for (const group of active) {
        const values = signed[label[group]!]!;
        if (to[group]! <= cut) {
          sides.addCertain(label[group]!, 'left', whole[group]!);
          left += size[group]!;
          continue;
        }
        active[kept++] = group;
        onLeft[group] = Math.min(onLeft[group]!, values[cut]!);
        const onRight = minima[label[group]!]!.of(cut + 1, to[group]!);
        sides.addOpen(
          label[group]!,
          onLeft[group]! - onRight,
          without[group]! * Math.exp(-onLeft[group]!),
          without[group]! * Math.exp(-onRight),
        );
      }
      active.length = kept;
      if (reached < minRows || rows.length - left < minRows) continue;
      const values = sides.minimise(cap, direction);
      if (values.loss < best) {
        best = values.loss;
        found = { first: cut, last: cut, low: values.left, high: values.right };
      } else if (found !== null && values.loss === best && found.last === cut - 1) found.last = cut;
    }
    if (found === null) return null;
    const thresholds = this.#binned.thresholds[feature]!;
    return {
      feature,
      cut: middleCut(thresholds, found.first, found.last),
      left: found.low,
      right: found.high,
      loss: best,
    };
  }
}

/** Class 0 left, class 1 left, class 0 right, class 1 right. */
type Losses = [number, number, number, number];

/** Losses on both sides of a threshold: of rows whose side is certain, by class, and of groups that can be on both. */
class Sides {
  readonly #certain: Losses = [0, 0, 0, 0];
  readonly #sums: Losses = [0, 0, 0, 0];
  #open = 0;
  readonly #label: Uint8Array;
  readonly #turn: Float64Array;
  readonly #left: Float64Array;
  readonly #right: Float64Array;

  constructor(groups: number) {
    this.#label = new Uint8Array(groups);
    this.#turn = new Float64Array(groups);
    this.#left = new Float64Array(groups);
    this.#right = new Float64Array(groups);
  }

  addCertain(label: number, side: 'left' | 'right', loss: number): void {
    this.#certain[(side === 'left' ? 0 : 2) + label]! += loss;
  }

  clearOpen(): void {
    this.#open = 0;
  }

  /**
   * A group that goes where it is worse off.
   * @param turn what its least sum on the left has over that on the right
   * @param left its loss when sent left, before the new stump; `right` when sent right
   */
  addOpen(label: number, turn: number, left: number, right: number): void {
    const at = this.#open++;
    this.#label[at] = label;
    this.#turn[at] = turn;
    this.#left[at] = left;
    this.#right[at] = right;
  }

  /** Losses by side and class when the right value exceeds the left one by `jump`. */
  #split(jump: number): Losses {
    const sums = this.#sums;
    for (let at = 0; at < 4; at++) sums[at] = this.#certain[at]!;
    for (let at = 0; at < this.#open; at++) {
      const label = this.#label[at]!;
      if ((label === 1 ? jump : -jump) < this.#turn[at]!) sums[2 + label]! += this.#right[at]!;
      else sums[label]! += this.#left[at]!;
    }
    // Certain sums are kept by adding and taking away, which can leave a little less than nothing.
    for (let at = 0; at < 4; at++) sums[at] = Math.max(sums[at]!, 0);
    return sums;
  }

  /** The two values within +-cap that minimise the loss: along the jump, where the loss has kinks, by a bracket; the left value in closed form. */
  minimise(cap: number, direction: number): { left: number; right: number; loss: number } {
    let low = direction > 0 ? 0 : -2 * cap;
    let high = direction < 0 ? 0 : 2 * cap;
    let jump = 0;
    for (let round = 0; round < 40 && high - low > 1e-7; round++) {
      const [zeroLeft, oneLeft, zeroRight, oneRight] = this.#split(jump);
      const up = Math.exp(jump);
      // The best left value v for this jump has e^2v = ratio; the loss rises with the jump where zeroRight e^(v + jump) > oneRight e^-(v + jump).
      const ratio = (oneLeft + oneRight / up) / (zeroLeft + zeroRight * up);
      if (zeroRight * up * up * ratio >= oneRight) high = Math.min(high, jump);
      else low = Math.max(low, jump);
      // Where no group turns in between, the minimum is there.
      const there = (Math.log(oneRight / zeroRight) - Math.log(oneLeft / zeroLeft)) / 2;
      if (Math.abs(there - jump) < 1e-9) break;
      jump = there > low && there < high && round % 3 !== 2 ? there : (low + high) / 2;
    }
    const [zeroLeft, oneLeft, zeroRight, oneRight] = this.#split(jump);
    const up = Math.exp(jump);
    const left = Math.log((oneLeft + oneRight / up) / (zeroLeft + zeroRight * up)) / 2;
    const right = left + jump;
    const held = [left, right].map((value) => Math.min(Math.max(value, -cap), cap)) as [number, number];
    if (held[0] === left && held[1] === right) return this.#valued(left, right);
    // The loss is convex: its least within the bounds lies on a bound that its least without them breaks.
    const onLeft = held[0] === left ? null : this.#valued(held[0], this.#bestBeside(held[0], 'right', cap, direction));
    const onRight = held[1] === right ? null : this.#valued(this.#bestBeside(held[1], 'left', cap, direction), held[1]);
    return onRight === null || (onLeft !== null && onLeft.loss <= onRight.loss) ? onLeft! : onRight;
  }

  /** The best value of one side beside a fixed one of the other. */
  #bestBeside(fixed: number, side: 'left' | 'right', cap: number, direction: number): number {
    const above = side === 'right' ? direction > 0 : direction < 0;
    const below = side === 'right' ? direction < 0 : direction > 0;
    let low = above ? fixed : -cap;
    let high = below ? fixed : cap;
    for (let round = 0; round < 40 && high - low > 1e-7; round++) {
      const middle = (low + high) / 2;
      const sums = this.#split(side === 'right' ? middle - fixed : fixed - middle);
      const [zero, one] = side === 'right' ? [sums[2], sums[3]] : [sums[0], sums[1]];
      if (zero * Math.exp(middle) >= one * Math.exp(-middle)) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  }

  #valued(left: number, right: number): { left: number; right: number; loss: number } {
    const sums = this.#split(right - left);
    const loss =
      sums[1] * Math.exp(-left) + sums[0] * Math.exp(left) + sums[3] * Math.exp(-right) + sums[2] * Math.exp(right);
    return { left, right, loss };
  }
}
