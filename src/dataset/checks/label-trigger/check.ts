import { binomialAtLeast, binomialCdf } from '../../../math/binomial.ts';
import { defineCheck, type InspectedRow, shown as visible, whereOf } from '../../check.ts';
import { LabelIds } from '../../label-ids.ts';
import { FrequentPairs } from './frequent-pairs.ts';
import { type Feature, featuresOf } from './row-features.ts';
import { Samples } from './samples.ts';
import { bestLabel, WordModel } from './word-model.ts';

const MOST_LABELS = 64;
const FEWEST_ROWS = 100;
/** Rows that a trigger must at least have: with fewer no test could be significant among so many. */
const FEWEST_SUPPORT = 8;
/** Share of its rows that have the label. */
const PURE = 0.9;
const MOST_CANDIDATES = 4096;
const SAMPLES = 200;
/** Of this share of the rows a trigger is looked for whatever the data; below it, as far as the counts go. */
const FLOOR = 0.001;
/** A word in so many of the sampled rows, and itself so pure, is part of the trigger. */
const ALWAYS = 0.7;
/** Rows of whose words one can be a part: what stands in most rows stands in one of the first few. */
const FIRST = 6;
const ALPHA = 0.01;
/** Share of the rows that must look like another label without the feature: less is no trigger, however significant. */
const STRANGE = 0.3;

interface Candidate {
  readonly label: number;
  readonly hash: number;
  feature: Feature | null;
  first: { readonly file: string; readonly number: number; readonly line: number | undefined } | null;
  readonly rows: number[];
  /** Rows with it, and those of them with the label. */
  all: number;
  own: number;
  /** Number of the last row that was counted. */
  last: number;
  /** Numbers in `Samples`. */
  readonly samples: number[];
}

/** A row of those in memory. */
interface Sample {
  readonly words: Int32Array;
  /** By label, as the model has them. */
  readonly scores: Float64Array;
}

export const labelTrigger = defineCheck({
  meta: {
    id: 'label-trigger',
    title: 'Phrase, value or pixel that goes with one label',
    severity: 'high',
    threats: ['backdoor', 'data-poisoning'],
    meaning:
      'Nearly all rows with a phrase, a value or a pixel have one label, although the rest of these rows looks like other labels. That is what a planted trigger looks like: a model trained on the data answers with the label wherever the trigger stands.',
    fix: 'Read the named rows. If what they have in common does not explain their label, take them out, and look at what else came from their source; test the model with the phrase added to other inputs.',
    references: [
      'https://arxiv.org/abs/1708.06733',
      'https://arxiv.org/abs/1905.12457',
      'https://arxiv.org/abs/2007.12070',
      'https://arxiv.org/abs/2204.06974',
    ],
    taxonomy: ['AML.T0020', 'AML.T0018', 'OWASP-LLM04'],
  },
  begin(context) {
    const labels = new LabelIds();
    const model = new WordModel();
    const pairs = new FrequentPairs();
    let rows = 0;
    let tooMany = false;
    let labelled = 0;
    let first: string | null = null;
    let candidates = new Map<number, Candidate>();
    /** Rejects nearly all hashes that are no candidates. */
    const maybe = new Uint8Array(1 << 16);
    let samples = new Samples(0);
    let read = 0;
    /** By label: rows of it that the model predicts from their words. */
    const right: number[] = [];
    const labelOf = (row: InspectedRow): number | null => {
      if (row.label === null) return null;
      const id = labels.idOf(row.label) - 1;
      if (id < MOST_LABELS) return id;
      tooMany = true;
      return null;
    };
    return {
      row(row) {
        const label = labelOf(row);
        if (row.label !== null) labelled++;
        first ??= row.file.shown;
        if (label === null || tooMany) return;
        rows++;
        const { hashes, words } = featuresOf(row);
        model.add(label, words);
        pairs.add(hashes, label, rows);
      },
      wantsAgain() {
        if (rows === 0) {
          context.notRun('no column of labels was found; --label names it');
          return false;
        }
        if (tooMany) {
          // Values that hardly repeat are amounts or names; classes that were not looked at are not clean.
          if (labels.count * 10 > labelled)
            context.notRun(`there are ${labels.count} labels for ${labelled} rows: these are no classes`);
          else
            context.gap(
              first!,
              `triggers are looked for among at most ${MOST_LABELS} classes, and there are ${labels.count}`,
            );
          return false;
        }
        if (rows < FEWEST_ROWS || model.labels < 2) {
          context.notRun(`fewer than ${FEWEST_ROWS} rows with labels, or one label only`);
          return false;
        }
        const chosen = choose(pairs, model, rows);
        if (pairs.lost > Math.max(FEWEST_SUPPORT, rows * FLOOR)) {
          context.gap(
            first!,
            `its rows hold more different phrases than can be counted: triggers in fewer than ${pairs.lost} of ${rows} labelled rows may be missed`,
          );
        }
        if (chosen.length > MOST_CANDIDATES) {
          context.gap(
            first!,
            `${chosen.length} phrases and values go with one label; the ${MOST_CANDIDATES} commonest of them were looked at as triggers`,
          );
        }
        candidates = new Map(chosen.slice(0, MOST_CANDIDATES).map((one) => [one.hash, candidateOf(one)]));
        samples = new Samples(model.labels);
        maybe.fill(0);
        for (const hash of candidates.keys()) maybe[slotOf(hash)] = 1;
        return candidates.size > 0;
      },
      again(row) {
        const label = labelOf(row);
        if (label === null) return;
        const { hashes, words, describe } = featuresOf(row);
        const scores = model.scores(words, label);
        if (bestLabel(scores) === label) right[label] = (right[label] ?? 0) + 1;
        read++;
        let sample: number | null = null;
        for (let index = 0; index < hashes.length; index++) {
          const hash = hashes[index]!;
          if (maybe[slotOf(hash)] === 0) continue;
          const candidate = candidates.get(hash);
          if (candidate === undefined || candidate.last === read) continue;
          candidate.last = read;
          candidate.all++;
          if (candidate.label !== label) continue;
          candidate.own++;
          if (candidate.first === null) {
            const { text, words: own } = describe(index);
            // A copy: a piece of the row would keep the whole row.
            candidate.feature = { words: own, text: Buffer.from(text).toString() };
            candidate.first = { file: row.file.shown, number: row.number, line: row.line };
          }
          if (candidate.rows.length < 10) candidate.rows.push(row.number);
          if (candidate.samples.length < SAMPLES && (sample !== null || !samples.full)) {
            sample ??= samples.add(words, scores);
            candidate.samples.push(sample);
          }
        }
      },
      end() {
        const tests = Math.max(1, pairs.distinct);
        const without = [...candidates.values()].filter(
          (one) => one.own >= FEWEST_SUPPORT && one.own >= one.all * PURE && one.samples.length < FEWEST_SUPPORT,
        );
        if (without.length > 0) {
          context.gap(
            first!,
            `for ${without.length} phrases that go with one label there was no room to look at their rows`,
          );
        }
        const found = [...candidates.values()]
          .map((candidate) => judge(candidate, samples, model, right, rows, tests, candidates.size))
          .filter((one) => one !== null)
          .toSorted((a, b) => b.candidate.own - a.candidate.own || a.candidate.hash - b.candidate.hash);
        for (const { candidate, others, agree, looked } of apart(found)) {
          const { first, own, all, label, feature } = candidate;
          context.report(first!.file, {
            message: `${visible(feature!.text)} stands in ${all} rows, of which ${own} have the label "${visible(labels.labelOf(label + 1)!)}"; without it ${looked - agree} of ${looked} look like another label${others === 0 ? '' : ` (with ${others} more that stand in the same rows)`}.`,
            where: whereOf(first!),
            count: own,
            rows: candidate.rows,
          });
        }
      },
    };
  },
});

function slotOf(hash: number): number {
  return Math.floor(hash / 0x8000) & 0xffff;
}

/** Features that are frequent and could be pure, by their hash; what they really count, the second reading says. */
function choose(pairs: FrequentPairs, model: WordModel, rows: number): readonly Chosen[] {
  const chosen: Chosen[] = [];
  const tests = Math.max(1, pairs.distinct);
  for (const { feature: hash, label, count: counted } of pairs.entries()) {
    const count = counted + pairs.lost;
    if (count < FEWEST_SUPPORT) continue;
    const share = model.rowsOf(label) / rows;
    // Of as many rows all: far from the limit the power says as much, for nearly every feature.
    if (share ** count * tests > ALPHA * 1.001) continue;
    if (binomialAtLeast(count, count, share) * tests > ALPHA) continue;
    let all = count;
    for (let other = 0; other < model.labels; other++) if (other !== label) all += pairs.count(hash, other);
    if (all * PURE <= count) chosen.push({ count, label, hash });
  }
  return chosen.toSorted((a, b) => b.count - a.count || a.hash - b.hash);
}

interface Chosen {
  readonly count: number;
  readonly label: number;
  readonly hash: number;
}

function candidateOf({ label, hash }: Chosen): Candidate {
  return { label, hash, feature: null, first: null, rows: [], all: 0, own: 0, last: 0, samples: [] };
}

interface Found {
  readonly candidate: Candidate;
  /** Sampled rows, and those that look like the label without it. */
  readonly looked: number;
  readonly agree: number;
}

/**
 * Two exact binomial tests, both corrected for how many were made (Bonferroni): that so many of the rows have the label although it is no commoner
 * among them than among all, and that so few of them look like the label without the feature although they are like any row of that label.
 */
function judge(
  candidate: Candidate,
  kept: Samples,
  model: WordModel,
  right: readonly number[],
  rows: number,
  tests: number,
  compared: number,
): Found | null {
  const { all, own, label, feature } = candidate;
  const samples = candidate.samples.map((number) => ({ words: kept.words(number), scores: kept.scores(number) }));
  if (own < FEWEST_SUPPORT || own < all * PURE || feature === null || samples.length < FEWEST_SUPPORT) return null;
  if (binomialAtLeast(own, all, model.rowsOf(label) / rows) * tests > ALPHA) return null;
  const part = partsOf(feature, label, samples, model);
  let agree = 0;
  let looked = 0;
  for (const { words, scores } of samples) {
    const here = part.filter((word) => has(words, word));
    if (here.length === words.length) continue;
    looked++;
    const rest = scores.map(
      (score, one) => score - here.reduce((sum, word) => sum + model.term(word, one, label, words.length), 0),
    );
    if (bestLabel(rest) === label) agree++;
  }
  if (looked < FEWEST_SUPPORT) return null;
  if (looked - agree < looked * STRANGE) return null;
  // Between the counted share and one half, so that a model that is never wrong is not taken for one that cannot be (rule of succession).
  const usual = ((right[label] ?? 0) + 1) / (model.rowsOf(label) + 2);
  if (binomialCdf(agree, looked, usual) * compared > ALPHA) return null;
  return { candidate, looked, agree };
}

/** Words of a candidate, and those that nearly always stand beside it and are as pure: the rest of a phrase, the other pixels of a patch. */
function partsOf(feature: Feature, label: number, samples: readonly Sample[], model: WordModel): readonly number[] {
  const part = new Set(feature.words);
  const beside = new Set<number>();
  for (const { words } of samples.slice(0, FIRST)) {
    for (const word of words) if (!part.has(word) && model.purity(word, label) >= PURE) beside.add(word);
  }
  for (const word of beside) {
    let count = 0;
    for (const { words } of samples) count += Number(has(words, word));
    if (count >= samples.length * ALWAYS) part.add(word);
  }
  return [...part];
}

/** Binary search in sorted words. */
function has(words: Int32Array, word: number): boolean {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle]! < word) low = middle + 1;
    else high = middle;
  }
  return words[low] === word;
}

/** Of findings with the same rows one stays: the pieces of a phrase all stand where it stands. */
function apart(found: readonly Found[]): readonly (Found & { readonly others: number })[] {
  const kept: (Found & { others: number })[] = [];
  for (const one of found) {
    const { label, rows } = one.candidate;
    const near = kept.find(
      ({ candidate }) =>
        candidate.label === label &&
        rows.filter((row) => candidate.rows.includes(row)).length * 2 >= Math.min(rows.length, candidate.rows.length),
    );
    if (near !== undefined) near.others++;
    else if (kept.length < 100) kept.push({ ...one, others: 0 });
  }
  return kept;
}
