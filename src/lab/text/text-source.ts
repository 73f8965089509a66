import { Fault } from '../../core/fault.ts';
import type { TrainingSource } from '../../engine/train/train.ts';
import { seededRandom } from '../../math/random.ts';
import { disturbText, type TextChange } from './disturb-text.ts';
import { wordSpans } from './word-spans.ts';
import type { WordTokenizer } from './word-tokenizer.ts';

export interface TextSourceOptions {
  /** Name of the network's input. */
  readonly input: string;
  readonly classes: number;
  readonly tokenizer: WordTokenizer;
  readonly labelSmoothing: number;
  /** Share of the texts that are changed, anew each time that they are trained on. */
  readonly share: number;
  /** Share of the words of such a text that are changed at most. */
  readonly words: number;
  readonly kinds: readonly TextChange[];
  /** What is done to every text behind its changes. */
  readonly prepare: (text: string) => string;
}

/**
 * Texts as a source of training batches, some of them changed as an attacker would: words that tell the class are changed more often (by their smoothed log
 * odds), since those are what attacks find.
 * @throws Fault `ERR_DATA` when a label is no class
 */
export function textSource(texts: readonly string[], labels: Int32Array, options: TextSourceOptions): TrainingSource {
  const { classes, tokenizer, share, labelSmoothing } = options;
  const at = labels.findIndex((label) => !(label >= 0 && label < classes));
  if (at >= 0) {
    throw new Fault('ERR_DATA', `A label is ${labels[at]}, and the model has the classes 0 to ${classes - 1}.`, {
      where: `text ${at + 1}`,
    });
  }
  const { length } = tokenizer.options;
  const weight = share > 0 ? tellingWords(texts, labels, classes) : undefined;
  const [low, high] = [labelSmoothing / classes, 1 - labelSmoothing + labelSmoothing / classes];
  return {
    count: texts.length,
    shapes: { [options.input]: [length] },
    gather(indices, seed) {
      const random = seededRandom(`${seed}/texts`);
      const target = new Float32Array(indices.length * classes).fill(low);
      const batch = Array.from(indices, (index, to) => {
        target[to * classes + labels[index]!] = high;
        const text = texts[index]!;
        if (weight === undefined || random.uniform() >= share) return options.prepare(text);
        const most = Math.max(1, Math.ceil(random.uniform() * options.words * wordSpans(text).length));
        return options.prepare(disturbText(text, most, options.kinds, random, weight));
      });
      const ids = BigInt64Array.from(tokenizer.encodeAll(batch), (id) => BigInt(id));
      return { inputs: { [options.input]: ids }, targets: [target] };
    },
  };
}

/** How much a word tells the class: the largest of its smoothed log odds, and a floor for words that tell nothing. */
function tellingWords(texts: readonly string[], labels: Int32Array, classes: number): (word: string) => number {
  const counts = new Map<string, Float64Array>();
  const totals = new Float64Array(classes);
  texts.forEach((text, i) => {
    totals[labels[i]!]!++;
    for (const word of new Set(wordSpans(text.toLowerCase()).map((span) => span.word))) {
      let own = counts.get(word);
      if (own === undefined) counts.set(word, (own = new Float64Array(classes)));
      own[labels[i]!]!++;
    }
  });
  const weights = new Map<string, number>();
  for (const [word, own] of counts) {
    const rates = own.map((count, c) => (count + 1) / (totals[c]! + 2));
    weights.set(word, 0.1 + Math.log(Math.max(...rates) / Math.min(...rates)));
  }
  return (word) => weights.get(word) ?? 1;
}
