import { readLightgbmModel } from '../../../formats/lightgbm/read-lightgbm-model.ts';
import { readUbjson } from '../../../formats/xgboost/read-ubjson.ts';
import type { Artifact } from '../../artifact.ts';
import type { Reader } from '../../reader.ts';

/** Models that are parsed as a whole. */
const MAX_BYTES = 16 << 20;

type Library = 'LightGBM' | 'XGBoost';

function libraryOf({ head }: Artifact): Library | null {
  const text = Buffer.from(head.subarray(0, 64)).toString('latin1');
  if (/^tree\r?\nversion=/.test(text)) return 'LightGBM';
  // UBJSON: an object whose first key has a length of eight bytes.
  return text.startsWith('{L\0\0\0\0') && /^.{10}(?:learner|version|Config)/s.test(text) ? 'XGBoost' : null;
}

/** Boosted trees of LightGBM (text) and XGBoost (UBJSON): no code in them, so what counts is whether they are what they say. */
export const trees: Reader<'trees'> = {
  id: 'trees',
  title: 'boosted trees',
  extensions: ['.ubj'],
  sniff: (artifact) => libraryOf(artifact) !== null,
  read: (artifact, observer) => {
    const { source } = artifact;
    const library = libraryOf(artifact)!;
    if (source.size > MAX_BYTES) return observer.incomplete(`${library} trees of ${source.size} bytes are not read`);
    const bytes = source.read(0, source.size).slice();
    try {
      if (library === 'LightGBM') readLightgbmModel(bytes);
      else readUbjson(bytes);
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/\.$/, '') : 'it is damaged';
      observer.incomplete(`the ${library} trees cannot be read: ${reason}`);
    }
  },
};
