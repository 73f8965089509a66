import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../core/fault.ts';
import { decodeTaggerModel } from './model.ts';
import { createTagger, type Tagger } from './tag.ts';

const FILE = join(import.meta.dirname, 'names.model');
let tagger: Tagger | undefined;

/**
 * The tagger that ships with Parapet, read at first use: about 1 MB of file and 40 ms.
 * @throws Fault `ERR_CONFIG` when its model is missing or not one of this version.
 */
export function nameTagger(): Tagger {
  if (tagger !== undefined) return tagger;
  try {
    tagger = createTagger(decodeTaggerModel(readFileSync(FILE)));
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'The model that tags names cannot be read.', {
      where: FILE,
      hint: 'Restore the file from the package, or train it again: npm run train:names.',
      cause,
    });
  }
  return tagger;
}
