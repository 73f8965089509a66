import type { Norm } from '../evasion/attack.ts';
import type { SampleOutcome } from '../evasion/metrics.ts';
import { share, type Share } from '../evasion/metrics.ts';
import type { CurvePoint } from './assessment.ts';

/** What all attacks under one norm together know of each sample. Samples are counted by their place in the shuffled data. */
export class WorstCase {
  readonly norm: Norm;
  readonly #clean: Uint8Array;
  readonly #labels: Int32Array;
  /** Smallest confirmed distance at which a sample was fooled; Infinity where none was. */
  readonly #distance: Float64Array;

  /** @param clean 1 where the model is right on the sample as it is */
  constructor(norm: Norm, clean: Uint8Array, labels: Int32Array) {
    this.norm = norm;
    this.#clean = clean;
    this.#labels = labels;
    this.#distance = new Float64Array(clean.length).fill(Infinity);
  }

  /**
   * @param eps what the attack was allowed: a perturbation is known to be within it even where float32 carries the measured distance a
   * rounding above
   */
  add(outcomes: readonly SampleOutcome[], eps: number): void {
    for (const { sample, fooled, distance } of outcomes) {
      if (!fooled) continue;
      const known = Number.isNaN(distance) ? eps : Math.min(distance, eps);
      if (known < this.#distance[sample]!) this.#distance[sample] = known;
    }
  }

  /** Among the first `samples`: right as they are, and not known to be fooled within eps. */
  robust(eps: number, samples: number): Share {
    let right = 0;
    for (let i = 0; i < samples; i++) if (this.#isRobust(i, eps)) right++;
    return share(right, samples);
  }

  #isRobust(sample: number, eps: number): boolean {
    return this.#clean[sample] === 1 && this.#distance[sample]! > eps;
  }

  perClass(
    eps: number,
    samples: number,
  ): readonly { readonly label: number; readonly samples: number; readonly clean: number; readonly robust: number }[] {
    const groups = new Map<number, { samples: number; clean: number; robust: number }>();
    for (let i = 0; i < samples; i++) {
      const label = this.#labels[i]!;
      const group = groups.get(label) ?? { samples: 0, clean: 0, robust: 0 };
      groups.set(label, group);
      group.samples++;
      group.clean += this.#clean[i]!;
      if (this.#isRobust(i, eps)) group.robust++;
    }
    return [...groups]
      .toSorted(([a], [b]) => a - b)
      .map(([label, group]) => ({
        label,
        samples: group.samples,
        clean: group.clean / group.samples,
        robust: group.robust / group.samples,
      }));
  }

  curve(sizes: readonly number[], samples: number): readonly CurvePoint[] {
    return sizes.map((eps) => ({ eps, robust: this.robust(eps, samples) }));
  }
}
