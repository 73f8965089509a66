const BUCKETS = 1 << 17;
const SMOOTHING = 0.1;

/**
 * A multinomial naive Bayes model over hashed words, one count a row: rough, of fixed size, and good enough to say what the rest of a row looks
 * like. The row itself is left out of the counts.
 */
export class WordModel {
  readonly #counts: Uint32Array[] = [];
  readonly #totals: number[] = [];
  readonly #rows: number[] = [];

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
    return Float64Array.from(this.#rows, (all, label) => {
      const rows = all - (label === own ? 1 : 0);
      let score = rows <= 0 ? -Infinity : Math.log(rows);
      for (const word of words) score += this.term(word, label, own, words.length);
      return score;
    });
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
