import { Fault } from '../../../core/fault.ts';
import { sampleSize } from '../../target.ts';
import { canonicalText } from '../../text/canonical-text.ts';
import { type TextChange, TEXT_CHANGES } from '../../text/disturb-text.ts';
import { decodeText } from '../../text-codec.ts';
import { textSource } from '../../text/text-source.ts';
import { defineDefence } from '../defence.ts';
import { runTraining, TRAINING_DEFAULTS, type TrainingOptions, trainingShape } from '../training-options.ts';

export interface TextAugmentOptions extends TrainingOptions {
  /** Share of the texts that are changed each time that they are trained on; 0: plain training. */
  readonly share: number;
  /** Share of the words of such a text that are changed at most. */
  readonly words: number;
  readonly kinds: readonly TextChange[];
  /** Bring texts into their canonical form, in training and in use. */
  readonly canonicalise: boolean;
}

export const TEXT_AUGMENT_DEFAULTS: TextAugmentOptions = {
  ...TRAINING_DEFAULTS,
  epochs: 10,
  share: 0.5,
  words: 0.5,
  kinds: TEXT_CHANGES,
  canonicalise: true,
};

/** Trains on texts that are changed as attackers change them, in canonical form. */
export const textAugment = defineDefence<'text-augment', TextAugmentOptions>({
  meta: {
    id: 'text-augment',
    title: 'Augmented and canonical texts',
    summary:
      'Trains a text classifier on texts of which some words are misspelt, replaced by synonyms, or disguised; texts are brought into a canonical form before the model sees them.',
    assurance: 'measured',
    texts: true,
    references: ['Gao et al. 2018, arXiv:1801.04354', 'Boucher et al. 2022, arXiv:2106.09898'],
  },
  options: (z) =>
    z.strictObject({
      ...trainingShape(z, TEXT_AUGMENT_DEFAULTS),
      share: z.number().min(0).max(1).default(TEXT_AUGMENT_DEFAULTS.share),
      words: z.number().positive().max(1).default(TEXT_AUGMENT_DEFAULTS.words),
      kinds: z
        .union([z.array(z.enum(TEXT_CHANGES)).min(1), z.enum(TEXT_CHANGES).transform((kind) => [kind])])
        .readonly()
        .default([...TEXT_CHANGES]),
      canonicalise: z.boolean().default(TEXT_AUGMENT_DEFAULTS.canonicalise),
    }),
  defaults: TEXT_AUGMENT_DEFAULTS,
  run: async (model, data, options, context) => {
    const { tokenizer, classes } = context;
    if (tokenizer === undefined) {
      throw new Fault('ERR_USAGE', 'text-augment trains text classifiers, and needs their words.', {
        hint: 'Give a target file with text.tokenizer (docs/targets.md) for the model.',
      });
    }
    const size = sampleSize(data);
    const texts = Array.from({ length: data.count }, (_, i) =>
      decodeText(data.inputs.subarray(i * size, (i + 1) * size)),
    );
    const { labelSmoothing, share, words, kinds, canonicalise } = options;
    const prepare = canonicalise ? canonicalText : (text: string): string => text;
    return runTraining(
      model,
      data,
      options,
      {
        label: 'text-augment',
        perturbation: () => ({ kind: 'none' }),
        source: (input) =>
          textSource(texts, data.labels, { input, classes, tokenizer, labelSmoothing, share, words, kinds, prepare }),
        ...(canonicalise ? { wrapper: [{ kind: 'canonical-text' }] } : {}),
      },
      context,
    );
  },
});
