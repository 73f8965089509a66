import { Fault } from '../core/fault.ts';
import { readTexts } from './data/text-data.ts';
import type { LabelledTexts } from './data/text-data.ts';
import type { LabelledData } from './labelled-data.ts';
import { loadData, type LoadDataOptions } from './load-data.ts';
import { sampleSize, type Target } from './target.ts';
import { encodeText } from './text-codec.ts';
import { isTextTarget } from './text/text-target.ts';

/**
 * Labelled samples as a target takes them: texts from JSON Lines where it reads texts, or else what `loadData` reads, in its shape.
 * @throws Fault `ERR_DATA` (file, line or sample), `ERR_USAGE`
 */
export async function loadTargetData(
  target: Target,
  path: string,
  options: LoadDataOptions & { readonly text?: string } = {},
): Promise<LabelledData> {
  if (!isTextTarget(target)) return loadData(path, { ...options, inputShape: target.inputShape });
  const { text, limit } = options;
  const label = options.label === undefined ? undefined : String(options.label);
  const texts = await readTexts(path, {
    ...(label === undefined ? {} : { label }),
    ...(text === undefined ? {} : { text }),
    ...(limit === undefined ? {} : { limit }),
  });
  return encodeTexts(withClassesOf(target, texts, path), sampleSize(target), path);
}

/** What a model whose file leaves the shape of its input open is asked with: the shape of the samples as they are in the data. */
export function shapeOfData(path: string, options: LoadDataOptions = {}): () => Promise<readonly number[]> {
  return async () => (await loadData(path, { ...options, limit: 1 })).inputShape;
}

/** Texts as rows of code points. @throws Fault `ERR_DATA` where one is too long */
export function encodeTexts(texts: LabelledTexts, length: number, where = 'texts'): LabelledData {
  const inputs = new Float32Array(texts.count * length);
  texts.texts.forEach((text, i) => inputs.set(encodeText(text, length, `${where}, text ${i + 1}`), i * length));
  const { labels, count, classNames } = texts;
  return { inputs, labels, count, inputShape: [length], ...(classNames === undefined ? {} : { classNames }) };
}

/** Labels that are names of the target's classes, in the order of the target. */
function withClassesOf(target: Target, texts: LabelledTexts, path: string): LabelledTexts {
  if (texts.classNames === undefined || target.classNames === undefined) return texts;
  const index = texts.classNames.map((name) => target.classNames!.indexOf(name));
  const unknown = index.indexOf(-1);
  if (unknown >= 0) {
    throw new Fault(
      'ERR_DATA',
      `The data has the class ${JSON.stringify(texts.classNames[unknown]!.slice(0, 80))}, the target has not.`,
      {
        where: path,
        hint: `The target's classes are ${target.classNames.slice(0, 20).join(', ')}.`,
      },
    );
  }
  return { ...texts, labels: texts.labels.map((label) => index[label]!), classNames: target.classNames };
}
