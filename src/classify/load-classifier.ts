import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Classifier } from './classifier.ts';
import { readModel } from './model-file.ts';
import { Fault } from '../core/fault.ts';

const FOLDER = join(import.meta.dirname, 'models');
const loaded = new Map<string, Classifier>();

/**
 * The classifier whose file is `models/<name>.bin`; read once, when it is first asked for.
 * @throws Fault `ERR_CONFIG` when the file is missing or not a model.
 */
export function loadClassifier(name: string): Classifier {
  let classifier = loaded.get(name);
  if (classifier === undefined) {
    const file = join(FOLDER, `${name}.bin`);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(file);
    } catch (cause) {
      throw new Fault('ERR_CONFIG', `The model "${name}" cannot be read.`, {
        where: file,
        hint: 'Restore the file from the package, or train it again (see its card).',
        cause,
      });
    }
    classifier = new Classifier(readModel(bytes, `${name}.bin`));
    loaded.set(name, classifier);
  }
  return classifier;
}
