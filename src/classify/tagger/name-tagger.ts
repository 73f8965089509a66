import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeTaggerModel } from './model.ts';
import { createTagger, type Tagger } from './tag.ts';

let tagger: Tagger | undefined;

/**
 * The tagger that ships with Parapet, read at first use: about 1 MB of file and 25 ms.
 *
 * @throws when `names.model` beside this file cannot be read or is of another version.
 */
export function nameTagger(): Tagger {
  return (tagger ??= createTagger(decodeTaggerModel(readFileSync(join(import.meta.dirname, 'names.model')))));
}
