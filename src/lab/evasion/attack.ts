import type { z as Zod } from 'zod';
import type { Random } from '../../math/random.ts';
import type { LabelledData } from '../labelled-data.ts';
import type { Target } from '../target.ts';

/** What an attacker must know: gradients, scores, or labels only. */
export const KNOWLEDGE = ['gradients', 'scores', 'labels'] as const;
export type Knowledge = (typeof KNOWLEDGE)[number];

export const NORMS = ['linf', 'l2', 'l1', 'l0', 'patch', 'edits'] as const;
export type Norm = (typeof NORMS)[number];

/** What kind of input an attack can change. */
export const MODALITIES = ['image', 'vector', 'tabular', 'text', 'series'] as const;
export type Modality = (typeof MODALITIES)[number];

export interface AttackMeta<Id extends string = string> {
  /** The folder's name. */
  readonly id: Id;
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  readonly knowledge: Knowledge;
  readonly norms: readonly Norm[];
  readonly modalities: readonly Modality[];
  /** Ids of published taxonomies: `AML.T0043`. */
  readonly taxonomy: readonly string[];
  /** Paper, with its arXiv id or DOI. */
  readonly references: readonly string[];
  /** Learns one perturbation from all samples: a runner must not split the data. */
  readonly wholeSet?: true;
  /** The structure that it reads instead of asking the model: it runs on no other target. */
  readonly reads?: 'tree-ensemble';
}

/** How far an attacker may go. For a minimal-norm attack, what counts as success. */
export interface Perturbation {
  readonly norm: Norm;
  /** In units of the target's bounds. */
  readonly eps: number;
}

export interface AttackContext {
  readonly random: Random;
  /**
   * Number of each sample in the whole data set, by which its random stream is forked; its index in `data` when absent. With it a sample's result
   * does not depend on what else is attacked in the same call.
   */
  readonly ids?: ArrayLike<number>;
  /** Aborted when the attack should stop at once; what was found until then is returned. */
  readonly signal?: AbortSignal;
  /** @param done share of the work, 0 to 1 */
  readonly progress?: (done: number) => void;
}

export interface AttackResult {
  /** [count, ...inputShape]: the best input found for each sample, equal to the original where none was found. Inside bounds and perturbation. */
  readonly adversarial: Float32Array;
  /**
   * 1 where the attack believes that the model errs on `adversarial`. Whoever reports predicts again from the saved bytes: this flag is
   * never the number.
   */
  readonly success: Uint8Array;
  /** Forward passes spent on each sample. */
  readonly queries: Float64Array;
  /** Backward passes spent on each sample. */
  readonly gradients: Float64Array;
  /** Attacks made of others: which of them succeeded on each sample; `clean` where the model was wrong from the start. */
  readonly foundBy?: readonly (string | null)[];
  /** Attacks that shrink a distance by queries: what was reached after how many, one list a sample. */
  readonly trace?: readonly (readonly { readonly queries: number; readonly distance: number }[])[];
  /** Attacks that learn one thing for all samples: a patch, a universal perturbation. */
  readonly pattern?: { readonly shape: readonly number[]; readonly values: Float32Array };
  /** Samples on which a gradient was zero everywhere at the start of a white-box run: a sign of gradient masking. */
  readonly zeroGradients?: Uint8Array;
}

/**
 * An attack: a plug-in folder `lab/evasion/<id>/` with `attack.ts`, `README.md` and tests, and one line in `registry.ts`. Samples that the
 * model gets wrong from the start are returned as they are, with success 1 and one query.
 */
export interface Attack<Id extends string = string, Options = unknown> {
  readonly meta: AttackMeta<Id>;
  /** Schema of the options; its defaults are the standard parameters of the paper. Gets zod as an argument so that attacks load without it. */
  readonly options: (z: typeof Zod) => Zod.ZodType<Options>;
  readonly defaults: Options;
  /** Forward passes that one sample can cost at most; absent where the options do not bound them. What a run on a paid endpoint is estimated by. */
  readonly mostQueries?: (options: Options) => number;
  /** @throws Fault `ERR_USAGE` when the target cannot be attacked this way (no gradients, too few classes, another norm). */
  run(
    target: Target,
    data: LabelledData,
    perturbation: Perturbation,
    options: Options,
    context: AttackContext,
  ): Promise<AttackResult>;
}
