const BUCKETS = 1 << 17;
const SMOOTHING = 0.1;
/** Counts whose logarithm is taken once a label and not once a word. */
const KNOWN_TERMS = 4096;

/**
 * A multinomial naive Bayes model over hashed words, one count a row: rough, of fixed size, and good enough to say what the rest of a row looks
 * like. The row itself is left out of the counts.
 */
export class WordModel {
  readonly #counts: Uint32Array[] = [];
  readonly #totals: number[] = [];
  readonly #rows: number[] = [];
  readonly #terms: { readonly total: number; readonly terms: Float64Array }[] = [];

  get labels(): number {
    return this.#rows.length;
  }

  rowsOf(label: number): number {
    return this.#rows[label] ?? 0;
  }

  add(label: number, words: Int32Array): void {
    while (this.#rows.length <= label) {
      this.#counts.push(new Uint32Array(BUCKETS));
      this.#totals.push(0);
      this.#rows.push(0);
    }
    const counts = this.#counts[label]!;
    for (const word of words) counts[word & (BUCKETS - 1)]!++;
    this.#totals[label]! += words.length;
    this.#rows[label]!++;
  }

  /** Log-likelihood, by label, of a row that was added with the label `own`. */
  scores(words: Int32Array, own: number): Float64Array {
    const scores = new Float64Array(this.#rows.length);
    for (let label = 0; label < scores.length; label++) {
      const rows = this.#rows[label]! - (label === own ? 1 : 0);
      let score = rows <= 0 ? -Infinity : Math.log(rows);
      if (label === own) {
        for (let at = 0; at < words.length; at++) score += this.term(words[at]!, label, own, words.length);
      } else score = this.#addTerms(words, label, score);
      scores[label] = score;
    }
    return scores;
  }

  /** Adds the terms of words for a label that is not the row's own: nothing but their counts decides them, and most counts are small. */
  #addTerms(words: Int32Array, label: number, start: number): number {
    const counts = this.#counts[label]!;
    const known = this.#termsOf(label);
    const total = this.#totals[label]! + BUCKETS * SMOOTHING;
    let score = start;
    for (let at = 0; at < words.length; at++) {
      const count = counts[words[at]! & (BUCKETS - 1)]!;
      score += count < KNOWN_TERMS ? known[count]! : Math.log((count + SMOOTHING) / total);
    }
    return score;
  }

  /** What a word with each of the small counts adds. */
  #termsOf(label: number): Float64Array {
    const total = this.#totals[label]!;
    const known = this.#terms[label];
    if (known?.total === total) return known.terms;
    const all = total + BUCKETS * SMOOTHING;
    const terms = Float64Array.from({ length: KNOWN_TERMS }, (_, count) => Math.log((count + SMOOTHING) / all));
    this.#terms[label] = { total, terms };
    return terms;
  }

  /** What one word adds to the score of a label, in a row with so many words that was added with the label `own`. */
  term(word: number, label: number, own: number, words: number): number {
    const out = label === own ? 1 : 0;
    const count = Math.max(0, this.#counts[label]![word & (BUCKETS - 1)]! - out);
    const total = this.#totals[label]! - out * words + BUCKETS * SMOOTHING;
    return Math.log((count + SMOOTHING) / total);
  }

  /** Share of a word's rows that have the label. */
  purity(word: number, label: number): number {
    const at = word & (BUCKETS - 1);
    let all = 0;
    for (const counts of this.#counts) all += counts[at]!;
    return all === 0 ? 0 : this.#counts[label]![at]! / all;
  }
}

/** The label with the highest score. */
export function bestLabel(scores: Float64Array): number {
  let best = 0;
  for (let label = 1; label < scores.length; label++) if (scores[label]! > scores[best]!) best = label;
  return best;
}
