import { seededRandom } from '../../math/random.ts';
import { encodeTexts } from '../load-target-data.ts';
import type { LabelledData } from '../labelled-data.ts';
import { restrictScores } from '../restrict-scores.ts';
import type { ScoreType } from '../target.ts';
import { type TextTarget, textTarget } from '../text/text-target.ts';
import { wordsForModel } from '../text/word-tokenizer.ts';

/** What words weigh for class 1; other words weigh nothing. */
const WEIGHTS: Readonly<Record<string, number>> = {
  terrible: 2,
  awful: 2,
  hate: 1.5,
  stupid: 2.5,
  destroy: 1,
  wonderful: -2,
  nice: -1.5,
  love: -2,
  happy: -1,
  help: -1,
};
export const TEXT_LENGTH_IN_TESTS = 240;

/** A linear model over words: right on all of `labelledTexts`, blind to words that it does not know. */
export function wordModel(scoreType: ScoreType = 'logits'): TextTarget {
  const predict = (texts: readonly string[]): Float32Array => {
    const scores = new Float32Array(texts.length * 2);
    texts.forEach((text, i) => {
      let z = 0.3;
      for (const word of wordsForModel(text, true)) z += WEIGHTS[word] ?? 0;
      scores[2 * i] = -z;
      scores[2 * i + 1] = z;
    });
    return restrictScores(scores, 2, scoreType);
  };
  return textTarget(predict, { name: 'words', classes: 2, scoreType, length: TEXT_LENGTH_IN_TESTS });
}

const FILLER =
  'the movie about my neighbour was seen by many people at the big house near a small garden yesterday'.split(' ');

/** Sentences with one or two words that decide; the first `wrong` of them have the wrong label. */
export function labelledTexts(count: number, wrong = 0): LabelledData {
  const random = seededRandom('texts');
  const [bad, good] = [
    Object.keys(WEIGHTS).filter((word) => WEIGHTS[word]! > 0),
    Object.keys(WEIGHTS).filter((word) => WEIGHTS[word]! < 0),
  ];
  const texts: string[] = [];
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const harmful = i % 2 === 0;
    const words = Array.from({ length: 8 + random.below(6) }, () => FILLER[random.below(FILLER.length)]!);
    const list = harmful ? bad : good;
    for (let k = 0; k < 1 + (i % 3 === 0 ? 1 : 0); k++)
      words.splice(random.below(words.length), 0, list[random.below(list.length)]!);
    texts.push(`${words.join(' ')}.`);
    labels[i] = harmful === i >= wrong ? 1 : 0;
  }
  return encodeTexts({ texts, labels, count }, TEXT_LENGTH_IN_TESTS);
}
