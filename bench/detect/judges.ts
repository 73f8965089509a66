import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Classifier } from '../../src/classify/classifier.ts';
import { loadClassifier } from '../../src/classify/load-classifier.ts';
import { readModel } from '../../src/classify/model-file.ts';
import { scoreText } from '../../src/classify/score-text.ts';
import { Fault } from '../../src/core/fault.ts';
import { CACHE } from '../../train/prompts.ts';

export type Judge = (text: string) => number;

function judgeOf(classifier: Classifier): Judge {
  return (text) => scoreText(classifier, 0, text)?.score ?? 0;
}

/** The model that ships, which has seen all permissive sources. */
export function shipped(name: string): Judge {
  return judgeOf(loadClassifier(name));
}

/** The probability from which on the shipped model speaks by default. */
export function shippedThreshold(name: string): number {
  return loadClassifier(name).header.heads[0]!.thresholds['balanced']!;
}

/** The model that has not seen the sources of a fold. */
export function ofFold(name: string, fold: number): Judge {
  const file = join(CACHE, `${name}-${fold}.bin`);
  if (!existsSync(file))
    throw new Fault('ERR_USAGE', 'The models of the folds are not there.', {
      where: file,
      hint: 'Run npm run train:prompts.',
    });
  return judgeOf(new Classifier(readModel(readFileSync(file), file)));
}
