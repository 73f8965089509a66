import type { Norm, Perturbation } from '../evasion/attack.ts';
import type { AttackMetrics, Share } from '../evasion/metrics.ts';
import type { SampleKind } from '../sample-kind.ts';
import type { SelfCheck } from '../evasion/self-checks.ts';
import type { RequirementResult } from './requirement.ts';

/** What an attacker is assumed to know and to do; `--threat` chooses among them. */
export const SCENARIOS = ['white-box', 'black-box', 'sticker', 'universal', 'certificate', 'detector'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/**
 * One attack as it was planned. Steps attack prefixes of the same shuffled samples, so that what different steps say of a sample can be joined.
 */
export interface AssessStep {
  /** Also the name of its log: `autoattack-linf`. */
  readonly id: string;
  readonly scenario: Scenario;
  readonly title: string;
  readonly attack: string;
  readonly options: unknown;
  readonly perturbation: Perturbation;
  /** Samples that are attacked at most: the first ones of the shuffled data. Its share of the time may end a step earlier. */
  readonly samples: number;
  /** Samples that its share of the time was expected to be enough for. */
  readonly expectedSamples: number;
  /** Samples attacked together at most: what an interruption can lose. */
  readonly chunk: number;
  /** The step that measures robust accuracy under its norm and eps. */
  readonly standard: boolean;
  /** Why it is part of the plan: one sentence. */
  readonly why: string;
  /** How long the expected samples were expected to take, in seconds. */
  readonly expectedSeconds: number;
  /** Queries that it takes at most, predicting its clean and its saved samples included; null where nothing bounds them. */
  readonly queries: number | null;
}

export interface StepResult {
  readonly step: AssessStep;
  /** `budget`: time ran out; `interrupted`: stopped from outside; `queries`: the query budget of the target is spent; `failed`: it could not run. */
  readonly status: 'complete' | 'budget' | 'interrupted' | 'queries' | 'failed';
  /** The reason, where it is not complete. */
  readonly reason: string;
  readonly attacked: number;
  readonly seconds: number;
  readonly metrics: AttackMetrics | null;
  /** After how many queries how many were fooled: black-box attacks that stop at success. */
  readonly byQueries: readonly { readonly queries: number; readonly fooled: number }[] | null;
  /** Median distance after how many queries: attacks that shrink a distance. */
  readonly byDistance: readonly { readonly queries: number; readonly distance: number }[] | null;
}

/** Share of samples that are right and that no attack fooled within eps: an upper bound of what an ideal attacker leaves. */
export interface CurvePoint {
  readonly eps: number;
  readonly robust: Share;
}

export interface RobustnessCurve {
  readonly norm: Norm;
  /** Samples that every point counts. */
  readonly samples: number;
  readonly points: readonly CurvePoint[];
}

export interface CertifiedCurve {
  readonly method: string;
  readonly norm: Norm;
  /** Looked at; the shares are of these. */
  readonly samples: number;
  /** False where time ran out before all were looked at. */
  readonly complete: boolean;
  readonly points: readonly {
    readonly eps: number;
    readonly certified: number;
    readonly falsified: number;
    readonly unknown: number;
  }[];
}

/** A detector against an attack that does not know it, and against one that does. */
export interface DetectorResult {
  readonly detector: string;
  readonly title: string;
  readonly attack: string;
  readonly norm: Norm;
  readonly eps: number;
  /** Rate of false alarms that the threshold was set for, on other clean samples. */
  readonly statedFalsePositiveRate: number;
  readonly falsePositiveRate: Share;
  readonly truePositiveRate: Share;
  readonly auroc: number;
  readonly curve: readonly { readonly falsePositiveRate: number; readonly truePositiveRate: number }[];
  /** Of the attack that knows the detector; null where there is none, which is said in `adaptiveSays`. */
  readonly adaptive: {
    readonly truePositiveRate: Share;
    readonly auroc: number;
    readonly curve: readonly { readonly falsePositiveRate: number; readonly truePositiveRate: number }[];
    /** Share of all attacked samples that fool the model and pass the detector. */
    readonly evaded: Share;
  } | null;
  readonly adaptiveSays: string;
}

export interface Advice {
  /** Most urgent first: `high` when a requirement or a self-check failed because of it. */
  readonly urgency: 'high' | 'medium' | 'low';
  readonly says: string;
  /** A command that does it, or null. */
  readonly command: string | null;
}

/** What was left out, and why; `cut`: time or an interruption did it, and the same call goes on. Otherwise it does not fit the model. */
export interface NotRun {
  readonly what: string;
  readonly why: string;
  readonly cut: boolean;
}

export interface QueriesAsked {
  /** Samples sent by this call. */
  readonly sent: number;
  /** Answers that an earlier call had paid for. */
  readonly remembered: number;
  /** Samples sent in all, by earlier calls with the same log, too. */
  readonly inAll: number;
  /** What may be sent in all; null: no bound. */
  readonly budget: number | null;
  /** Of all that was sent; null where the target declares no price. */
  readonly cost: { readonly amount: number; readonly currency: string } | null;
}

/** Everything that an assessment found, without the samples themselves: what `assessment.json` holds. */
export interface Assessment {
  readonly format: 'parapet-assessment';
  readonly version: 1;
  readonly model: {
    readonly name: string;
    /** SHA-256, where the model is a file. */
    readonly sha256: string | null;
    readonly inputShape: readonly number[];
    readonly classes: number;
    readonly classNames: readonly string[] | null;
    readonly bounds: { readonly low: number; readonly high: number };
    readonly scoreType: string;
    readonly gradients: boolean;
    /** What a sample is: declared, or by its shape; how it is known stands in the remarks. */
    readonly kind: SampleKind;
    readonly remarks: readonly string[];
  };
  readonly data: { readonly name: string; readonly sha256: string; readonly count: number };
  readonly seed: string;
  /** `complete`: every step of the plan ran to its end. */
  readonly status: 'complete' | 'incomplete';
  readonly budgetSeconds: number | null;
  readonly seconds: number;
  /** Milliseconds of a forward pass and of a forward and backward pass, one sample of a batch. */
  readonly cost: { readonly forward: number; readonly gradient: number | null };
  /** What a model behind HTTP was asked; null for others. */
  readonly queries: QueriesAsked | null;
  readonly clean: {
    readonly accuracy: Share;
    readonly chance: number;
    /** Samples that it does not answer; null where the model always answers. They are not right. */
    readonly abstained: Share | null;
    readonly perClass: readonly { readonly label: number; readonly samples: number; readonly accuracy: number }[];
  };
  readonly steps: readonly StepResult[];
  /** Robust accuracy under each norm and eps that was asked for, all attacks taken together. */
  readonly robust: readonly {
    readonly norm: Norm;
    readonly eps: number;
    readonly accuracy: Share;
    readonly complete: boolean;
    readonly perClass: readonly {
      readonly label: number;
      readonly samples: number;
      readonly clean: number;
      readonly robust: number;
    }[];
  }[];
  readonly curves: readonly RobustnessCurve[];
  readonly selfChecks: readonly SelfCheck[];
  readonly certificates: readonly CertifiedCurve[];
  readonly detectors: readonly DetectorResult[];
  readonly notRun: readonly NotRun[];
  readonly requirements: readonly RequirementResult[];
  readonly advice: readonly Advice[];
}
