import { Fault } from '../../core/fault.ts';
import { sampleSize, type ScoreType, type Target } from '../target.ts';
import { decodeText } from '../text-codec.ts';

/**
 * A model that reads texts. It is a target like any other, whose samples are code points (`encodeText`); attacks that write texts ask
 * `classify`, which is the same model.
 */
export interface TextTarget extends Target {
  readonly modality: 'text';
  /**
   * Scores of texts, [texts, classes].
   * @throws Fault `ERR_TARGET`
   */
  classify(texts: readonly string[]): Promise<Float32Array>;
}

export function isTextTarget(target: Target): target is TextTarget {
  return 'modality' in target && target.modality === 'text';
}

export interface TextTargetOptions {
  readonly name: string;
  readonly classes: number;
  readonly classNames?: readonly string[];
  readonly scoreType: ScoreType;
  /** Characters that a text may have, what an attack adds included. Default 4096. */
  readonly length?: number;
  /** Texts given to the function in one call at most. Default 256. */
  readonly batch?: number;
  readonly close?: () => Promise<void>;
}

export const TEXT_LENGTH = 4096;

/**
 * Any function of texts as a target: it answers [texts, classes].
 * @throws Fault (on a call) `ERR_TARGET` when the function throws or answers something of another size
 */
export function textTarget(
  predict: (texts: readonly string[]) => Promise<ArrayLike<number>> | ArrayLike<number>,
  options: TextTargetOptions,
): TextTarget {
  const { name, classes, classNames, scoreType, length = TEXT_LENGTH, batch = 256 } = options;
  const inputShape = [length];
  const classify = async (texts: readonly string[]): Promise<Float32Array> => {
    const scores = new Float32Array(texts.length * classes);
    for (let from = 0; from < texts.length; from += batch) {
      const part = texts.slice(from, from + batch);
      const found = await guarded(predict, part, name);
      if (found.length !== part.length * classes) {
        throw new Fault(
          'ERR_TARGET',
          `the model gave ${found.length} numbers for ${part.length} texts of ${classes} classes`,
          {
            where: name,
            hint: 'It must answer one score a class for each text, in the order of the texts.',
          },
        );
      }
      scores.set(found, from * classes);
    }
    return scores;
  };
  return {
    name,
    modality: 'text',
    inputShape,
    classes,
    ...(classNames === undefined ? {} : { classNames }),
    bounds: { low: 0, high: 0x10ffff },
    scoreType,
    classify,
    scores: (x, n) => classify(textsOf(x, n, sampleSize({ inputShape }))),
    close: options.close ?? (() => Promise.resolve()),
  };
}

function textsOf(x: Float32Array, n: number, size: number): string[] {
  return Array.from({ length: n }, (_, i) => decodeText(x.subarray(i * size, (i + 1) * size)));
}

async function guarded(
  predict: (texts: readonly string[]) => Promise<ArrayLike<number>> | ArrayLike<number>,
  texts: readonly string[],
  where: string,
): Promise<ArrayLike<number>> {
  try {
    return await predict(texts);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('ERR_TARGET', 'the model under test threw an error', { where, cause });
  }
}
