import { cutPieces } from '../src/classify/cut.ts';
import { FEATURES_MAX, FeatureReader, type FeatureSettings } from '../src/classify/features.ts';
import { Lexicon, type LexiconRow } from '../src/classify/lexicon.ts';
import type { WindowSettings } from '../src/classify/model.ts';
import { tokenise } from '../src/classify/tokens.ts';
import { normalise } from '../src/text/normalise.ts';
import type { Row } from './row.ts';

/** Windows of texts as lists of features: instance `i` has `features[from[i] … from[i + 1])`. */
export interface Instances {
  readonly features: Int32Array;
  readonly from: Uint32Array;
  /** Index of the row that a window is of. */
  readonly rowOf: Uint32Array;
  /** Hash of each feature, by the numbers in `features`. */
  readonly hashes: Int32Array;
}

export interface InstanceSettings {
  readonly features: FeatureSettings;
  readonly windows: WindowSettings;
  readonly lexicon: readonly LexiconRow[];
  /** Words that a training window has. */
  readonly size: number;
  /** Windows of a row at most, spread over it. */
  readonly perRow: number;
  /** Sources in which a feature must occur, and rows. */
  readonly least: { readonly sources: number; readonly rows: number };
}

/** Cuts rows into windows and makes their features; those that too few sources know are left out. */
export function makeInstances(rows: readonly Row[], settings: InstanceSettings): Instances {
  const reader = new FeatureReader(settings.features, new Lexicon(settings.lexicon));
  const out = new Int32Array(FEATURES_MAX);
  const seen = new Map<number, number>();
  const all: Int32Array[] = [];
  const rowOf: number[] = [];
  const hashes: number[] = [];
  const lastSource: number[] = [];
  const lastRow: number[] = [];
  const sourceCount: number[] = [];
  const rowCount: number[] = [];
  const sourceIndex = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const origin = originOf(row);
    let source = sourceIndex.get(origin);
    if (source === undefined) sourceIndex.set(origin, (source = sourceIndex.size));
    const tokens = tokenise(normalise(row.text).text);
    if (tokens.count === 0) continue;
    const ids: number[] = [];
    const ends = new Uint32Array(tokens.count + 1);
    reader.begin();
    const most = windowLimit(tokens.count, settings);
    for (let at = 0; at < Math.min(tokens.count, most); at++) {
      const n = reader.read(tokens, at, out);
      for (let i = 0; i < n; i++) {
        const hash = out[i]!;
        let id = seen.get(hash);
        if (id === undefined) {
          seen.set(hash, (id = hashes.length));
          hashes.push(hash);
          lastSource.push(-1);
          lastRow.push(-1);
          sourceCount.push(0);
          rowCount.push(0);
        }
        if (lastRow[id] !== index) {
          lastRow[id] = index;
          rowCount[id]!++;
          // Rows come source by source, so that a change of source is a new one.
          if (lastSource[id] !== source) {
            lastSource[id] = source;
            sourceCount[id]!++;
          }
        }
        ids.push(id);
      }
      ends[at + 1] = ids.length;
    }
    for (const [from, to] of windowsOf(tokens.count, cutPieces(tokens, settings.windows), settings)) {
      all.push(Int32Array.from(ids.slice(ends[from], ends[to])));
      rowOf.push(index);
    }
  }
  return compact(
    all,
    rowOf,
    hashes,
    (id) => sourceCount[id]! >= settings.least.sources && rowCount[id]! >= settings.least.rows,
  );
}

/** All that our generators write in English is one source: its kinds share their words. */
function originOf({ source, language }: Row): string {
  return source.startsWith('generated:') && language === 'en' ? 'generated' : source;
}

/** Words of a row that are looked at. */
function windowLimit(count: number, { size, perRow }: InstanceSettings): number {
  return Math.min(count, size * perRow * 2);
}

function* windowsOf(
  count: number,
  borders: Uint32Array,
  settings: InstanceSettings,
): Generator<readonly [number, number]> {
  const limit = windowLimit(count, settings);
  if (limit <= settings.size * 1.5) return yield [0, limit];
  let start = 0;
  let made = 0;
  for (const border of borders) {
    const end = Math.min(border, limit);
    if (end - start < settings.size && end < limit) continue;
    if (end <= start) break;
    yield [start, end];
    if (++made === settings.perRow) break;
    start = end;
  }
}

/** Leaves out features and gives the rest numbers without gaps, in order of their hash. */
function compact(
  windows: readonly Int32Array[],
  rowOf: readonly number[],
  hashes: readonly number[],
  keep: (id: number) => boolean,
): Instances {
  const kept = hashes
    .map((_, id) => id)
    .filter(keep)
    .sort((a, b) => (hashes[a]! >>> 0) - (hashes[b]! >>> 0));
  const renamed = new Int32Array(hashes.length).fill(-1);
  for (const [number, id] of kept.entries()) renamed[id] = number;
  const from = new Uint32Array(windows.length + 1);
  let total = 0;
  for (const window of windows) for (const id of window) if (renamed[id]! >= 0) total++;
  const features = new Int32Array(total);
  let at = 0;
  for (const [i, window] of windows.entries()) {
    for (const id of window) if (renamed[id]! >= 0) features[at++] = renamed[id]!;
    from[i + 1] = at;
  }
  return { features, from, rowOf: Uint32Array.from(rowOf), hashes: Int32Array.from(kept, (id) => hashes[id]!) };
}
