import { clopperPearson } from '../../math/binomial.ts';
import { median } from '../../math/quantile.ts';

/** What is known of one sample after an attack, all of it from the saved bytes. */
export interface SampleOutcome {
  /** Index in the data. */
  readonly sample: number;
  readonly label: number;
  /** The model was right on the clean sample. */
  readonly clean: boolean;
  /** It gave no answer to the clean sample. */
  readonly abstained: boolean;
  /** The model errs on the saved adversarial sample, which is inside bounds and perturbation. */
  readonly fooled: boolean;
  /** What the attack said; where it differs from `fooled`, `fooled` is what counts. */
  readonly claimed: boolean;
  /** What the model answers to the adversarial sample; -1: it abstains. */
  readonly answer: number;
  readonly distance: number;
  readonly queries: number;
  readonly gradients: number;
  readonly foundBy: string | null;
  /** The model errs after the sample was rounded to 8 bits a value; absent when that was not asked. */
  readonly fooledInBytes?: boolean;
}

/** A share with its exact 95 % interval (Clopper and Pearson 1934). */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly of: number;
}

export interface AttackMetrics {
  readonly samples: number;
  readonly cleanAccuracy: Share;
  /** Clean samples that the model abstains on: neither right nor wrong, and not attacked. */
  readonly abstained: Share;
  /** Right on the clean sample and not fooled. */
  readonly robustAccuracy: Share;
  /** Of the samples that were right. */
  readonly successRate: Share;
  /** Of the fooled ones. */
  readonly distance: { readonly median: number; readonly mean: number; readonly max: number } | null;
  /** Median over all that were right, those that were not fooled counting as infinitely far; null when it is infinite. */
  readonly medianOfAll: number | null;
  readonly queries: { readonly mean: number; readonly median: number; readonly total: number };
  readonly gradients: { readonly mean: number; readonly total: number };
  readonly perClass: readonly {
    readonly label: number;
    readonly samples: number;
    readonly clean: number;
    readonly robust: number;
  }[];
  /** Of each member of a composed attack: how many it fooled, in the order in which they ran first. */
  readonly foundBy: Readonly<Record<string, number>>;
  /** Successes that the attack claimed and that did not hold when predicted again. */
  readonly unconfirmed: number;
  readonly robustAccuracyInBytes: Share | null;
}

export function share(part: number, whole: number): Share {
  if (whole === 0) return { value: Number.NaN, low: 0, high: 1, of: 0 };
  const { lower, upper } = clopperPearson(part, whole, 0.025);
  return { value: part / whole, low: lower, high: upper, of: whole };
}

export function attackMetrics(outcomes: readonly SampleOutcome[]): AttackMetrics {
  const right = outcomes.filter((one) => one.clean);
  const fooled = right.filter((one) => one.fooled);
  const distances = fooled.map((one) => one.distance).filter((one) => !Number.isNaN(one));
  const all = right.map((one) => (one.fooled ? one.distance : Infinity)).filter((one) => !Number.isNaN(one));
  const middle = all.length === 0 ? Infinity : all.toSorted((a, b) => a - b)[Math.floor((all.length - 1) / 2)]!;
  const foundBy: Record<string, number> = {};
  for (const one of fooled) if (one.foundBy !== null) foundBy[one.foundBy] = (foundBy[one.foundBy] ?? 0) + 1;
  const sum = (of: (one: SampleOutcome) => number): number => right.reduce((total, one) => total + of(one), 0);
  const labels = [...new Set(outcomes.map((one) => one.label))].toSorted((a, b) => a - b);
  const inBytes = right.filter((one) => one.fooledInBytes !== undefined);
  return {
    samples: outcomes.length,
    cleanAccuracy: share(right.length, outcomes.length),
    abstained: share(outcomes.filter((one) => one.abstained).length, outcomes.length),
    robustAccuracy: share(right.length - fooled.length, outcomes.length),
    successRate: share(fooled.length, right.length),
    distance:
      distances.length === 0
        ? null
        : {
            median: median(distances),
            mean: distances.reduce((total, one) => total + one, 0) / distances.length,
            max: Math.max(...distances),
          },
    medianOfAll: Number.isFinite(middle) ? middle : null,
    queries: {
      mean: right.length === 0 ? 0 : sum((one) => one.queries) / right.length,
      median: right.length === 0 ? 0 : median(right.map((one) => one.queries)),
      total: outcomes.reduce((total, one) => total + one.queries, 0),
    },
    gradients: {
      mean: right.length === 0 ? 0 : sum((one) => one.gradients) / right.length,
      total: outcomes.reduce((total, one) => total + one.gradients, 0),
    },
    perClass: labels.map((label) => {
      const own = outcomes.filter((one) => one.label === label);
      return {
        label,
        samples: own.length,
        clean: own.filter((one) => one.clean).length / own.length,
        robust: own.filter((one) => one.clean && !one.fooled).length / own.length,
      };
    }),
    foundBy,
    unconfirmed: outcomes.filter((one) => one.clean && one.claimed && !one.fooled).length,
    robustAccuracyInBytes:
      inBytes.length < right.length || right.length === 0
        ? null
        : share(inBytes.filter((one) => one.fooledInBytes === false).length, outcomes.length),
  };
}
