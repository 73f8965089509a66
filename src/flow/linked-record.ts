import { standsIn } from './canonical.ts';
import type { FlowState, Source } from './flow-state.ts';
import type { ResultRecord } from './result-index.ts';
import { isTelling, stem, words } from './words.ts';

/** A leaf that says what a record is about, in units; longer ones are texts, in which anything may stand. */
const LONGEST_TITLE = 80;
/** Records that the user's words may point to at once. */
const MOST_LINKED = 4;

const cache = new WeakMap<Source, { readonly turns: string; readonly linked: ReadonlySet<number> }>();

/**
 * True when the user's recent words point to this record and not to the others: they share more telling words with its
 * short fields, or they ask for the largest, the latest, and it is.
 */
export function isLinked(state: FlowState, source: Source, record: number): boolean {
  const turns = state.turns.slice(-3).join(' ');
  let known = cache.get(source);
  if (known === undefined || known.turns !== turns) {
    known = { turns, linked: linkedRecords(turns, source.index.records) };
    cache.set(source, known);
  }
  return known.linked.has(record);
}

function linkedRecords(turns: string, records: readonly ResultRecord[]): ReadonlySet<number> {
  const said = new Set(words(turns).filter(isTelling).map(stem));
  let most = 0;
  const scores = records.map(({ leaves }) => {
    const shared = new Set<string>();
    for (const { value } of leaves) {
      if (value.length > LONGEST_TITLE) continue;
      for (const word of words(value)) {
        const base = stem(word);
        if (isTelling(word) && said.has(base)) shared.add(base);
      }
      if (/^\d+(?:\.\d+)?$/.test(value) && value.length >= 2 && standsIn(turns, value, false)) shared.add(value);
    }
    most = Math.max(most, shared.size);
    return shared.size;
  });
  const linked = new Set<number>();
  if (most > 0) scores.forEach((score, index) => score === most && linked.add(index));
  if (linked.size > MOST_LINKED) linked.clear();
  const extreme = extremeRecord(turns, records);
  if (extreme !== null) linked.add(extreme);
  return linked;
}

/** True when a whole field of the record, such as its title, stands in the user's recent words. */
export function isNamedRecord(state: FlowState, record: ResultRecord): boolean {
  const turns = state.turns.slice(-3).join(' ');
  return record.leaves.some(
    ({ value, kind }) =>
      kind === 'text' &&
      value.length >= 4 &&
      value.length <= LONGEST_TITLE &&
      isTelling(value) &&
      standsIn(turns, value, false),
  );
}

const LARGEST =
  /\b(?:largest|biggest|highest|most expensive|longest|best|greatest|heaviest|maximum|top[- ]rated|größte\w*|teuerste\w*|plus grand\w*|más grande|más car\w+)\b/;
const SMALLEST =
  /\b(?:smallest|lowest|cheapest|shortest|least expensive|minimum|worst|kleinste\w*|billigste\w*|moins cher\w*|más barat\w+)\b/;
const LATEST = /\b(?:latest|newest|most recent|last|neueste\w*|letzte\w*|dernier\w*|últim\w+)\b/;
const EARLIEST = /\b(?:earliest|oldest|first|next|älteste\w*|nächste\w*|premier|prochain\w*|próxim\w+)\b/;

/** The one record that a superlative of the user's picks: the only one with the extreme of a field. */
function extremeRecord(turns: string, records: readonly ResultRecord[]): number | null {
  const wants: readonly (readonly [RegExp, 'number' | 'date', 1 | -1])[] = [
    [LARGEST, 'number', 1],
    [SMALLEST, 'number', -1],
    [LATEST, 'date', 1],
    [EARLIEST, 'date', -1],
  ];
  for (const [asks, kind, sign] of wants) {
    if (!asks.test(turns) || records.length < 2) continue;
    for (const key of comparedKeys(records, kind)) {
      const values = records.map(({ leaves }) => {
        const leaf = leaves.find((one) => one.key === key && one.kind === kind);
        if (leaf === undefined) return Number.NEGATIVE_INFINITY;
        const value = kind === 'number' ? Number(leaf.value) : Date.parse(leaf.value.replace(' ', 'T'));
        return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : sign * value;
      });
      const extreme = Math.max(...values);
      if (extreme !== Number.NEGATIVE_INFINITY && values.filter((value) => value === extreme).length === 1)
        return values.indexOf(extreme);
    }
  }
  return null;
}

/** Fields that can be compared over records: in most of them, and not ids. */
function comparedKeys(records: readonly ResultRecord[], kind: 'number' | 'date'): readonly string[] {
  const counts = new Map<string, number>();
  for (const { leaves } of records) {
    for (const leaf of leaves)
      if (leaf.kind === kind && !/(?:^|_)id_?$/i.test(leaf.key)) counts.set(leaf.key, (counts.get(leaf.key) ?? 0) + 1);
  }
  const preferred = /size|price|cost|amount|rating|score|total|date|time|length|stars/i;
  return [...counts]
    .filter(([, count]) => count * 2 > records.length)
    .map(([key]) => key)
    .toSorted((a, b) => Number(preferred.test(b)) - Number(preferred.test(a)));
}
