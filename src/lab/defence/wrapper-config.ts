/**
 * What has to happen around a hardened model whenever it is used, in order: a JSON file beside the model, which whoever serves it
 * reads. `{"version": 1, "model": "hardened.onnx", "steps": [...]}`. A reader refuses a version or a step that it does not know: a
 * defence that is left out silently is none.
 */
export interface WrapperConfig {
  readonly version: 1;
  /** The model's file, beside this one. */
  readonly model: string;
  readonly steps: readonly WrapperStep[];
}

export type WrapperStep =
  /** Cohen et al. 2019: the class that wins most often among `samples` copies with sigma N(0, 1) noise, or nothing. */
  | {
      readonly kind: 'randomised-smoothing';
      /** In units of the inputs. */
      readonly sigma: number;
      /** Noisy copies for one answer. */
      readonly samples: number;
      /** Probability with which an answer may be wrong where the smoothed model's is another; above it: abstain. */
      readonly alpha: number;
    }
  /** Texts are brought into their canonical form (`src/lab/text/canonical-text.ts`, as the gateway reads them) before they are tokenised. */
  | { readonly kind: 'canonical-text' };

export function wrapperConfig(model: string, steps: readonly WrapperStep[]): WrapperConfig {
  return { version: 1, model, steps };
}
