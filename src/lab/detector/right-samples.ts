import { Fault } from '../../core/fault.ts';
import { row } from '../evasion/rows.ts';
import { scoresInParts } from '../evasion/run-attack.ts';
import type { LabelledData } from '../labelled-data.ts';
import { answerOf } from '../loss-of-scores.ts';
import { pickData } from '../split-data.ts';
import type { Target } from '../target.ts';

/** Samples to attack, and which of them count. */
export interface RightSamples {
  readonly data: LabelledData;
  /** 1 where the model is right on the clean sample. */
  readonly counts: Uint8Array;
  /** How many that are. */
  readonly right: number;
}

/**
 * The samples that the model gets right: what there is to attack.
 * @param keepAll keep the others in their places, for series, of which the order must stay
 * @throws Fault `ERR_DATA` when there are none
 */
export async function rightSamples(target: Target, data: LabelledData, keepAll: boolean): Promise<RightSamples> {
  const answers = await scoresInParts(target, data.inputs, data.count);
  const counts = Uint8Array.from({ length: data.count }, (_, i) =>
    answerOf(row(answers, target.classes, i), target.answersAbove) === data.labels[i] ? 1 : 0,
  );
  const right = counts.reduce((sum, one) => sum + one, 0);
  if (right === 0)
    throw new Fault('ERR_DATA', 'The model gets none of the samples right, so there is nothing to attack.', {
      hint: 'Check scale (--scale), layout (--layout) and labels of the data.',
    });
  if (keepAll) return { data, counts, right };
  const indices = Int32Array.from({ length: data.count }, (_, i) => i).filter((i) => counts[i] === 1);
  return { data: pickData(data, indices), counts: new Uint8Array(right).fill(1), right };
}
