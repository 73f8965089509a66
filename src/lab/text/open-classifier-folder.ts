import { basename } from 'node:path';
import { Fault } from '../../core/fault.ts';
import { readClassifierFolder } from '../../engine/classifier-folder.ts';
import { openSequenceClassifier, type WindowScores } from '../../engine/sequence-classifier.ts';
import { type TextTarget, textTarget } from './text-target.ts';

/**
 * Opens a transformer classifier as exporters write it to a folder: ONNX graph, `tokenizer.json`, `config.json`. A text that is longer than the model's window
 * has the mean of its windows. A model with one label that is judged by itself has two classes, `not LABEL` and `LABEL`.
 * @throws Fault `ERR_CONFIG` as `readClassifierFolder`; `ERR_MODEL_UNSUPPORTED` where a text can have several labels
 */
export async function openClassifierFolder(
  folder: string,
  options: { readonly length?: number; readonly name?: string } = {},
): Promise<TextTarget> {
  const classifier = await openSequenceClassifier(readClassifierFolder(folder));
  const { labels, exclusive } = classifier;
  const single = labels.length === 1;
  if (!exclusive && !single) {
    await classifier.close();
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The classifier judges every label by itself: a text can have several.', {
      where: folder,
      hint: 'Wrap it as a function that tells one class (textTarget).',
    });
  }
  const classNames = single ? [`not ${labels[0]!}`, labels[0]!] : labels;
  return textTarget(
    async (texts) => {
      const rows: number[] = [];
      for (const text of texts) {
        const mean = meanOf((await classifier.score(text))!);
        rows.push(...(single ? [1 - mean[0]!, mean[0]!] : mean));
      }
      return rows;
    },
    {
      name: options.name ?? basename(folder),
      classes: classNames.length,
      classNames,
      scoreType: 'probabilities',
      ...(options.length === undefined ? {} : { length: options.length }),
      close: () => classifier.close(),
    },
  );
}

function meanOf(windows: WindowScores): number[] {
  const [first] = windows;
  return first!.map((_, label) => windows.reduce((sum, window) => sum + window[label]!, 0) / windows.length);
}
