import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readCsv } from '../../src/formats/csv/csv-reader.ts';
import { seededRandom } from '../../src/math/random.ts';
import type { LabelledTexts } from '../../src/lab/data/text-data.ts';

export interface Comments {
  readonly train: LabelledTexts;
  /** A tenth of both collections, never trained on. */
  readonly test: LabelledTexts;
  /** Of another time: OLID's official test set. */
  readonly later: LabelledTexts;
}

export const CLASS_NAMES = ['fine', 'offensive'] as const;

/**
 * Comments that people have judged: OLID (Zampieri et al. 2019; training and official test set), and for training also Davidson et al. 2017, of whose
 * offensive ones a part is taken so that neither class outweighs the other. They hold slurs: they are read, and never shown.
 */
export function readComments(folder: string): Comments | null {
  const paths = {
    train: join(folder, 'olid/olid-training-v1.0.tsv.gz'),
    test: join(folder, 'olid/testset-levela.tsv'),
    labels: join(folder, 'olid/labels-levela.csv'),
    davidson: join(folder, 'davidson_hate_offensive.csv.gz'),
  };
  if (!Object.values(paths).every((path) => existsSync(path))) return null;
  const all: [string, number][] = [];
  for (const [, tweet, label] of rows(gunzipSync(readFileSync(paths.train)).toString('utf8'), '\t')) {
    all.push([tweet!, label === 'OFF' ? 1 : 0]);
  }
  let offensive = all.reduce((sum, [, label]) => sum + label, 0);
  for (const fields of readCsv(gunzipSync(readFileSync(paths.davidson)).toString('utf8')).slice(1)) {
    const label = fields[5] === '2' ? 0 : 1;
    if (label === 1 && offensive >= 2 * 6500) continue;
    offensive += label;
    all.push([fields[6]!, label]);
  }
  const labels = new Map(rows(readFileSync(paths.labels, 'utf8'), ',', 0).map(([id, label]) => [id, label]));
  const later = rows(readFileSync(paths.test, 'utf8'), '\t').map(([id, tweet]): [string, number] => [
    tweet!,
    labels.get(id) === 'OFF' ? 1 : 0,
  ]);
  // The same words are trained on or held out, whoever repeats them.
  const distinct = [...new Map(all.map((pair) => [pair[0].toLowerCase().replace(/[^a-z]+/g, ' '), pair])).values()];
  const shuffled = seededRandom('comments').shuffle(distinct);
  const held = Math.floor(shuffled.length / 10);
  return { train: texts(shuffled.slice(held)), test: texts(shuffled.slice(0, held)), later: texts(later) };
}

function texts(pairs: readonly (readonly [string, number])[]): LabelledTexts {
  return {
    texts: pairs.map(([text]) => text),
    labels: Int32Array.from(pairs, ([, label]) => label),
    count: pairs.length,
    classNames: CLASS_NAMES,
  };
}

function rows(text: string, separator: string, head = 1): string[][] {
  return text
    .split('\n')
    .slice(head)
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(/\r$/, '').split(separator));
}
